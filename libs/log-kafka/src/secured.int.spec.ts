import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inspect } from 'node:util';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes, type AclEntry } from 'kafkajs';
import { describeOnSecuredKafka, type SecuredUser } from '@faemban/native-servers';
import type { KafkaOptions } from './connection/open-kafka';
import { KafkaWorld, partitionCount, until } from './testing/on-kafka';

jest.setTimeout(60_000);

const context = 'ingestion';
const { CREATE, DESCRIBE, DESCRIBE_CONFIGS, READ, WRITE } = AclOperationTypes;

describeOnSecuredKafka('TLS, SCRAM-SHA-512 and permissions', (cluster) => {
  const known = getCACertificates('default');
  const trust = () => setDefaultCACertificates([...known, readFileSync(cluster().secured.caFile, 'utf8')]);
  const distrust = () => setDefaultCACertificates(known);
  const as = (user: SecuredUser, password = cluster().secured.logins[user].password): Partial<KafkaOptions> => ({
    brokers: cluster().secured.brokers,
    tls: true,
    username: user,
    password,
  });
  let world: KafkaWorld;
  const enter = (options: Partial<KafkaOptions>): void => {
    world = new KafkaWorld(cluster().brokers, context, 1, options);
  };
  /** What a process is told that cannot begin; it says no password. */
  const refusalOf = async (options: Partial<KafkaOptions>): Promise<string> => {
    const kafka = world.open(options);
    const error: unknown = await kafka.ensureTopics([context]).catch((refused: unknown) => refused);
    const { password = 'no password' } = options;
    expect(`${inspect(error, { depth: 9 })} ${JSON.stringify(kafka.status())}`).not.toContain(password);
    return (error as Error).message;
  };
  beforeEach(() => {
    trust();
    enter(as('faemban'));
  });
  afterEach(async () => {
    await world.close();
    distrust();
  });

  test('carry events to a member and to a reader from the beginning, with the permissions of the guide', async () => {
    await world.freshTopics();
    const log = await world.member('faemban.secured');
    const publisher = world.publisher();
    publisher.start();
    await world.append(50);
    const brought = async () => (await log.heads(context)).reduce((sum, { seq }) => sum + seq, 0);
    await until('everything was brought', async () => (await brought()) === 100);
    // Readers may have a record before its sender has the answer.
    await until('the publisher knows', () => publisher.status().published === 100);
    expect(publisher.status()).toMatchObject({ lagEvents: 0 });
    const history = world.open().history([context]);
    for (let partition = 0; partition < partitionCount; partition += 1) {
      const owned = await world.events.log.read(context, partition, 0, 100);
      expect(await history.read(context, partition, 0, 100)).toEqual(owned);
    }
  });

  test('an authority that is not trusted is said, and where to name it', async () => {
    distrust();
    expect(await refusalOf(as('faemban'))).toMatch(
      /the certificate of 127\.0\.0\.1:\d+ is not signed by an authority that is trusted here\..*FAEMBAN_TRUSTED_CA_FILE/,
    );
  });

  test('a wrong password is said at once to whoever connects, and what to check', async () => {
    const sentence = /Kafka does not accept this user\. Check FAEMBAN_KAFKA_USERNAME and FAEMBAN_KAFKA_PASSWORD/;
    const wrong = as('faemban', 'a-wrong-password');
    expect(await refusalOf(wrong)).toMatch(sentence);
    enter(wrong);
    const log = await world.member('faemban.secured-wrong');
    const publisher = world.publisher();
    publisher.start();
    const troubles = () => [publisher.status().trouble, log.status().trouble];
    await until('both say so', () => troubles().every((trouble) => sentence.test(trouble ?? '')));
    expect(troubles().join()).not.toContain('a-wrong-password');
  });

  test('a listener of another kind is said', async () => {
    const { brokers } = cluster();
    expect(await refusalOf({ ...as('faemban'), tls: false })).toContain('may want TLS (FAEMBAN_KAFKA_TLS)');
    expect(await refusalOf({ ...as('faemban'), brokers })).toContain('does not speak TLS');
    expect(await refusalOf({ ...as('faemban'), brokers, tls: false })).toContain(
      'this listener of Kafka takes no user',
    );
  });

  test('a permission that lacks is said by name, and what is allowed a moment later is used without a restart', async () => {
    await world.freshTopics();
    enter(as('stranger'));
    const allow = async (resourceType: AclResourceTypes, ...operations: AclOperationTypes[]): Promise<void> => {
      const acl = operations.map((operation): AclEntry => ({
        ...{ operation, resourceType, principal: 'User:stranger', host: '*' },
        ...{ resourceName: 'faemban.', resourcePatternType: ResourcePatternTypes.PREFIXED },
        permissionType: AclPermissionTypes.ALLOW,
      }));
      await (await world.admin()).createAcls({ acl });
    };
    const { TOPIC, GROUP } = AclResourceTypes;
    const notAllowed = (what: string) => new RegExp(`this user is not allowed what it needs: .* \\(${what}`);
    expect(await refusalOf(as('stranger'))).toMatch(notAllowed('TOPIC_AUTHORIZATION_FAILED of faemban.ingestion'));
    await allow(TOPIC, CREATE);
    expect(await refusalOf(as('stranger'))).toMatch(notAllowed('TOPIC_AUTHORIZATION_FAILED'));
    await allow(TOPIC, DESCRIBE);
    expect(await refusalOf(as('stranger'))).toMatch(notAllowed('TOPIC_AUTHORIZATION_FAILED'));
    await allow(TOPIC, DESCRIBE_CONFIGS);
    // The broker that is asked hears of it a moment after the controller has taken it.
    const kafka = world.open();
    await until('the topics are checked', () =>
      kafka.ensureTopics([context]).then(
        () => true,
        () => false,
      ),
    );

    const log = await world.member('faemban.secured-stranger');
    const publisher = world.publisher();
    publisher.start();
    await world.append(10);
    const toWrite = notAllowed('TOPIC_AUTHORIZATION_FAILED');
    await until('the publisher says so', () => toWrite.test(publisher.status().trouble ?? ''));
    const toJoin = 'it needs Read of groups that begin with "faemban."';
    await until('the member says so', () => log.status().trouble?.includes(toJoin) === true);
    await allow(TOPIC, WRITE, READ);
    await allow(GROUP, READ);
    await until(
      'it is published',
      () => publisher.status().published === 20 && publisher.status().trouble === undefined,
    );
    await until('it is read', () => log.assigned().size === partitionCount && log.status().trouble === undefined);
  });
});
