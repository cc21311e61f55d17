import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../install/programs';
import { runProgram } from '../install/run-program';
import { freePorts } from '../processes/free-ports';
import { NativeServer } from '../processes/native-server';
import type { KafkaCluster, SecuredCluster } from './kafka';
import { makeClusterId } from './kafka-cluster-id';
import { allowDocumented, makeCredentials, scramArguments, securedSettings, type Credentials } from './kafka-secured';

const readyMs = 120_000;
const propertiesFile = 'server.properties';

/** Starts brokers that are their own controllers, from the jars in `cache`; resolves when all of them serve. */
export async function startNativeKafka(cache: string, nodeCount: 1 | 3): Promise<KafkaCluster> {
  const nodes = await startNodes(cache, nodeCount);
  return {
    source: 'native',
    brokers: nodes.places.map(({ broker }) => addressOf(broker)),
    nodes: nodes.servers,
    remove: nodes.remove,
  };
}

/** One broker that has a second listener, for clients from outside: TLS, SCRAM-SHA-512 and permissions. */
export async function startSecuredKafka(cache: string): Promise<SecuredCluster> {
  const { promise: made, resolve } = Promise.withResolvers<Credentials>();
  const { places, servers, remove } = await startNodes(cache, 1, async (folder) => {
    const credentials = await makeCredentials(folder);
    resolve(credentials);
    return credentials;
  });
  const { caFile, logins } = await made;
  const brokers = places.map(({ broker }) => addressOf(broker));
  try {
    await allowDocumented(brokers, logins.faemban);
  } catch (error) {
    await remove();
    throw error;
  }
  const secured = { brokers: places.map(({ clients }) => addressOf(clients)), caFile, logins };
  return { source: 'native', brokers, nodes: servers, secured, remove };
}

/** Makes what a broker needs for clients from outside, in its folder. */
type Secure = (folder: string) => Promise<Credentials>;

interface Place {
  readonly id: number;
  readonly broker: number;
  readonly controller: number;
  /** For clients from outside, where brokers are secured. */
  readonly clients: number;
}

interface StartedNodes {
  readonly places: readonly Place[];
  readonly servers: readonly NativeServer[];
  readonly remove: () => Promise<void>;
}

async function startNodes(cache: string, nodeCount: 1 | 3, secure?: Secure): Promise<StartedNodes> {
  const ports = await freePorts(3 * nodeCount);
  const places = Array.from({ length: nodeCount }, (_, index) => {
    const [broker, controller, clients] = ports.slice(3 * index) as [number, number, number];
    return { id: index + 1, broker, controller, clients };
  });
  const clusterId = makeClusterId();
  const servers = places.map((place) => nodeOf(cache, clusterId, place, places, secure));
  const remove = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.remove()));
  };
  try {
    await Promise.all(servers.map((server) => server.start()));
  } catch (error) {
    await remove();
    throw error;
  }
  return { places, servers, remove };
}

const addressOf = (port: number): string => `127.0.0.1:${port}`;

function nodeOf(
  cache: string,
  clusterId: string,
  place: Place,
  places: readonly Place[],
  secure?: Secure,
): NativeServer {
  const java = findProgram('java') ?? 'java';
  const classes = ['-cp', join(cache, 'libs', '*')];
  return new NativeServer({
    name: `kafka-${place.id}`,
    async prepare(folder) {
      const credentials = await secure?.(folder);
      await writeFile(join(folder, propertiesFile), propertiesOf(folder, place, places, credentials));
      const users = credentials === undefined ? [] : scramArguments(credentials);
      const format = ['format', '-t', clusterId, '-c', propertiesFile, ...users];
      await runProgram('java', [...classes, 'kafka.tools.StorageTool', ...format], { cwd: folder });
    },
    command: () => ({
      program: java,
      args: ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', ...classes, 'kafka.Kafka', propertiesFile],
    }),
    async ready(started) {
      await started.line(/Kafka Server started/, readyMs);
    },
  });
}

interface Listener {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
}

/** What clients are told of, that of the brokers among themselves first. */
function listenersOf({ broker, clients }: Place, credentials: Credentials | undefined): readonly Listener[] {
  const own = { name: 'PLAINTEXT', port: broker, protocol: 'PLAINTEXT' };
  return credentials === undefined ? [own] : [own, { name: 'CLIENTS', port: clients, protocol: 'SASL_SSL' }];
}

/** Short timeouts, so that a test sees what an outage of minutes would show; nothing is created by accident. */
function propertiesOf(
  folder: string,
  place: Place,
  places: readonly Place[],
  credentials: Credentials | undefined,
): string {
  const { id, controller } = place;
  const copies = places.length;
  const advertised = listenersOf(place, credentials);
  const addresses = advertised.map(({ name, port }) => `${name}://${addressOf(port)}`).join(',');
  const protocols = advertised.map(({ name, protocol }) => `${name}:${protocol}`).join(',');
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': places.map((each) => `${each.id}@${addressOf(each.controller)}`).join(','),
    listeners: `${addresses},CONTROLLER://${addressOf(controller)}`,
    'advertised.listeners': addresses,
    'listener.security.protocol.map': `${protocols},CONTROLLER:PLAINTEXT`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, 'data'),
    'default.replication.factor': copies,
    'offsets.topic.replication.factor': copies,
    'transaction.state.log.replication.factor': copies,
    'share.coordinator.state.topic.replication.factor': copies,
    'min.insync.replicas': copies === 1 ? 1 : 2,
    'transaction.state.log.min.isr': copies === 1 ? 1 : 2,
    'share.coordinator.state.topic.min.isr': copies === 1 ? 1 : 2,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.num.partitions': 8,
    'group.initial.rebalance.delay.ms': 0,
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 500,
    'controller.quorum.election.timeout.ms': 500,
    'controller.quorum.fetch.timeout.ms': 1000,
    'auto.create.topics.enable': false,
    'unclean.leader.election.enable': false,
    ...(credentials === undefined ? undefined : securedSettings(credentials)),
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
