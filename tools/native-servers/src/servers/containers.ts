import type { StartedTestContainer } from 'testcontainers';
import { freePorts } from '../processes/free-ports';
import type { ServerControl } from '../server-control';
import type { KafkaCluster } from './kafka';
import type { MongoProtocolServer } from './mongo';

const kafkaImage = 'apache/kafka:4.1.1';
const mongoImage = 'mongo:8.2';
const startMs = 180_000;

/** One broker in a container, on a port of ours that stays when it is restarted. */
export async function startKafkaContainer(): Promise<KafkaCluster> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const [port] = (await freePorts(1)) as [number];
  const container = await new GenericContainer(kafkaImage)
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENERS: 'PLAINTEXT://0.0.0.0:9092,CONTROLLER://0.0.0.0:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(startMs)
    .start();
  const control = await controlOf('kafka', container);
  return {
    source: 'container',
    brokers: [`127.0.0.1:${port}`],
    nodes: [control],
    remove: () => control.remove(),
  };
}

/** MongoDB in a container, a replica set of one, on a port of ours that stays when it is restarted. */
export async function startMongoContainer(): Promise<MongoProtocolServer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const [port] = (await freePorts(1)) as [number];
  const container = await new GenericContainer(mongoImage)
    .withExposedPorts({ container: 27017, host: port })
    .withCommand(['--replSet', 'faemban', '--bind_ip_all'])
    .withWaitStrategy(Wait.forLogMessage(/Waiting for connections/i))
    .withStartupTimeout(startMs)
    .start();
  const initiate =
    "rs.initiate({_id:'faemban',members:[{_id:0,host:'127.0.0.1:27017'}]}); while (!db.hello().isWritablePrimary) sleep(100)";
  const { exitCode, output } = await container.exec(['mongosh', '--quiet', '--eval', initiate]);
  if (exitCode !== 0) {
    await container.stop();
    throw new Error(`The replica set was not made: ${output}`);
  }
  const control = await controlOf('mongodb', container);
  const url = `mongodb://127.0.0.1:${port}/?directConnection=true`;
  return { name: 'mongodb', source: 'container', url, control, remove: () => control.remove() };
}

async function controlOf(name: string, started: StartedTestContainer): Promise<ServerControl> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  const { container: containers } = await getContainerRuntimeClient();
  const container = containers.getById(started.getId());
  let isRunning = true;
  return {
    name,
    get isRunning() {
      return isRunning;
    },
    async start() {
      if (!isRunning) await container.start();
      isRunning = true;
    },
    async stop() {
      if (isRunning) await container.stop();
      isRunning = false;
    },
    async kill() {
      if (isRunning) await container.kill({ signal: 'SIGKILL' });
      await container.wait();
      isRunning = false;
    },
    pause: async () => {
      await container.pause();
    },
    resume: async () => {
      await container.unpause();
    },
    async remove() {
      await started.stop();
      isRunning = false;
    },
  };
}
