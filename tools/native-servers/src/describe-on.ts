import { describeWhere } from '@faemban/fixtures';
import { lackToRun } from './install/recipe';
import { kcatRecipe } from './install/recipes';
import { startKafka, startKafkaSecured, type KafkaCluster, type SecuredCluster } from './servers/kafka';
import {
  startMongo,
  startMongoSecured,
  type MongoProtocolServer,
  type MongoServerName,
  type SecuredMongoServer,
} from './servers/mongo';
import { isDemanded, sourceOf, type ServerName } from './sources';

/** A server has this long to start, in milliseconds, on a machine that is busy with other suites. */
const startMs = 180_000;

interface Removable {
  remove(): Promise<void>;
}

/** What is known of a server before it is started. */
export interface ServerToBe<Name extends ServerName = ServerName> {
  readonly name: Name;
  /** Whether it is started for this suite alone, so that its tests may stop, kill and pause it. */
  readonly isOurs: boolean;
}

/**
 * A `describe` on a server of its own, started before its tests and removed after them. Without a source it is skipped and says what is
 * missing; in continuous integration it fails where the server runs natively.
 */
function describeOn<Name extends ServerName, Server extends Removable>(
  name: Name,
  title: string,
  start: () => Promise<Server>,
  body: (server: () => Server, toBe: ServerToBe<Name>) => void,
): void {
  const { source, lack } = sourceOf(name);
  if (source === undefined && isDemanded(name)) {
    test(`${title} on ${name}: is not skipped in continuous integration`, () => {
      throw new Error(`${name} is not there: needs ${lack}`);
    });
    return;
  }
  describeWhere(source !== undefined, lack ?? '')(`${title} on ${name}`, () => {
    let server: Server | undefined;
    beforeAll(async () => {
      server = await start();
    }, startMs);
    afterAll(async () => server?.remove(), startMs);
    const started = (): Server => {
      if (server === undefined) throw new Error(`${name} was not started`);
      return server;
    };
    body(started, { name, isOurs: source !== 'environment' });
  });
}

/** A suite on a Kafka of its own. */
export function describeOnKafka(
  title: string,
  body: (cluster: () => KafkaCluster, toBe: ServerToBe) => void,
  { nodeCount = 1 }: { readonly nodeCount?: 1 | 3 } = {},
): void {
  describeOn(nodeCount === 1 ? 'kafka' : 'kafka-of-three', title, () => startKafka({ nodeCount }), body);
}

/**
 * A suite on a Kafka of its own whose clients need a certificate's authority, a user and permissions. Skipped with the reason where the
 * environment names a Kafka: its users and permissions are not known.
 */
export function describeOnSecuredKafka(title: string, body: (cluster: () => SecuredCluster) => void): void {
  if (sourceOf('kafka').source === 'environment') {
    const none = (): SecuredCluster => {
      throw new Error('a suite that is skipped starts nothing');
    };
    describeWhere(false, serverOfOurOwn)(`${title} on kafka-secured`, () => body(none));
    return;
  }
  describeOn('kafka-secured', title, startKafkaSecured, body);
}

/** A suite on a FerretDB of its own whose clients need a certificate's authority and a user. */
export function describeOnSecuredMongo(title: string, body: (server: () => SecuredMongoServer) => void): void {
  describeOn('mongo-secured', title, startMongoSecured, body);
}

/** A suite that runs Debian's `kcat`; without it skipped with the reason, and in continuous integration failed. */
export function describeWithKcat(title: string, body: () => void): void {
  const lack = lackToRun(kcatRecipe);
  if (lack !== undefined && process.env['CI'] === 'true') {
    test(`${title}: is not skipped in continuous integration`, () => {
      throw new Error(`kcat is not there: needs ${lack}`);
    });
    return;
  }
  describeWhere(lack === undefined, lack ?? '')(title, body);
}

/** The servers of MongoDB's protocol that every suite about it runs on. */
export const mongoServerNames: readonly MongoServerName[] = ['mongodb', 'ferretdb', 'mongo-java-server'];

/** For `describeWhere`: what a suite needs that stops, kills or pauses its server. */
export const serverOfOurOwn = 'a server of its own, not one that the environment names';

/** A suite on each server of MongoDB's protocol, or on those named, each with a server of its own. */
export function describeOnMongo(
  title: string,
  body: (server: () => MongoProtocolServer, toBe: ServerToBe<MongoServerName>) => void,
  names: readonly MongoServerName[] = mongoServerNames,
): void {
  for (const name of names) {
    describeOn(name, title, () => startMongo(name), body);
  }
}
