import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import { makeCertificate, newLogin, type Certificate, type Login } from './credentials';

/** Who may log in: one with the permissions that the guides name, and one without any. */
export const securedUsers = ['faemban', 'stranger'] as const;
/** One of {@link securedUsers}. */
export type SecuredUser = (typeof securedUsers)[number];

/** How clients come in from outside: TLS with a certificate of a private authority, SCRAM-SHA-512, and permissions. */
export interface SecuredKafka {
  /** Addresses to begin with, `host:port`. */
  readonly brokers: readonly string[];
  /** The file with the authority's certificate, in PEM. */
  readonly caFile: string;
  readonly logins: Readonly<Record<SecuredUser, Login>>;
}

/** What brokers have for that. */
export interface Credentials extends Certificate {
  readonly logins: Readonly<Record<SecuredUser, Login>>;
}

/** Makes what brokers on this machine need, in a folder of theirs. */
export async function makeCredentials(folder: string): Promise<Credentials> {
  return {
    ...(await makeCertificate(folder)),
    logins: { faemban: newLogin('faemban'), stranger: newLogin('stranger') },
  };
}

/** What formatting is told besides, so that the users are there from the first start. */
export function scramArguments({ logins }: Credentials): readonly string[] {
  return Object.values(logins).flatMap(({ username, password }) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${username},password=${password}]`,
  ]);
}

/** Settings of a broker that has the listener `CLIENTS`: whoever comes by another listener may do everything, as brokers must. */
export function securedSettings({ keyStore, keyStorePassword }: Credentials): Readonly<Record<string, string>> {
  return {
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'listener.name.clients.scram-sha-512.sasl.jaas.config':
      'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': keyStore,
    'ssl.keystore.password': keyStorePassword,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
  };
}

const { CREATE, DESCRIBE, DESCRIBE_CONFIGS, READ, WRITE } = AclOperationTypes;
/** What docs/guides/deploying-on-kubernetes.md says a user must be allowed, and nothing else. */
const documented = [
  ...[CREATE, DESCRIBE, DESCRIBE_CONFIGS, READ, WRITE].map((operation) => ({
    operation,
    resourceType: AclResourceTypes.TOPIC,
  })),
  { operation: READ, resourceType: AclResourceTypes.GROUP },
];

/** Allows a user what is documented, asking brokers at a listener where everything is allowed. */
export async function allowDocumented(brokers: readonly string[], { username }: Login): Promise<void> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    await admin.createAcls({
      acl: documented.map((each) => ({
        ...each,
        resourceName: 'faemban.',
        resourcePatternType: ResourcePatternTypes.PREFIXED,
        principal: `User:${username}`,
        host: '*',
        permissionType: AclPermissionTypes.ALLOW,
      })),
    });
  } finally {
    await admin.disconnect();
  }
}
