import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import { runProgram } from '../install/run-program';

/** Who may log in: one with the permissions that the guides name, and one without any. */
export const securedUsers = ['faemban', 'stranger'] as const;
/** One of {@link securedUsers}. */
export type SecuredUser = (typeof securedUsers)[number];

/** Name and password, made anew for every cluster. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** How clients come in from outside: TLS with a certificate of a private authority, SCRAM-SHA-512, and permissions. */
export interface SecuredKafka {
  /** Addresses to begin with, `host:port`. */
  readonly brokers: readonly string[];
  /** The file with the authority's certificate, in PEM. */
  readonly caFile: string;
  readonly logins: Readonly<Record<SecuredUser, Login>>;
}

/** What brokers have for that, in a folder of theirs. */
export interface Credentials extends Omit<SecuredKafka, 'brokers'> {
  /** The brokers' key and certificate, and what opens them. */
  readonly keyStore: string;
  readonly keyStorePassword: string;
}

const addresses = 'san=ip:127.0.0.1,dns:localhost';
/** Short-lived, like what it is for. */
const validity = ['-validity', '2'];
const curve = ['-keyalg', 'EC', '-groupname', 'secp256r1'];

/** Makes an authority, a certificate signed by it for brokers on this machine, and passwords. */
export async function makeCredentials(folder: string): Promise<Credentials> {
  const keyStorePassword = newPassword();
  const keyStore = join(folder, 'brokers.p12');
  const caFile = join(folder, 'ca.crt');
  const keytool = (command: string, ...args: readonly string[]): Promise<string> =>
    runProgram('keytool', [command, '-keystore', keyStore, '-storepass:env', 'STORE_PASSWORD', ...args], {
      cwd: folder,
      env: { STORE_PASSWORD: keyStorePassword },
    });
  const authority = ['-alias', 'authority', '-dname', 'CN=Authority of a test', '-ext', 'bc:critical=ca:true'];
  await keytool('-genkeypair', ...authority, ...curve, ...validity);
  const broker = ['-alias', 'broker', '-dname', 'CN=Broker of a test', '-ext', addresses, '-signer', 'authority'];
  await keytool('-genkeypair', ...broker, ...curve, ...validity);
  await writeFile(caFile, await keytool('-exportcert', '-rfc', '-alias', 'authority'));
  // A broker shows whatever key it finds first.
  await keytool('-delete', '-alias', 'authority');
  const login = (username: SecuredUser): Login => ({ username, password: newPassword() });
  return {
    ...{ keyStore, keyStorePassword, caFile },
    logins: { faemban: login('faemban'), stranger: login('stranger') },
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

const newPassword = (): string => randomBytes(18).toString('hex');
