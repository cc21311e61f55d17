import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../install/programs';
import { runProgram } from '../install/run-program';
import { freePorts } from '../processes/free-ports';
import { NativeServer } from '../processes/native-server';
import type { KafkaCluster } from './kafka';

const readyMs = 120_000;
const propertiesFile = 'server.properties';

/** Starts brokers that are their own controllers, from the jars in `cache`; resolves when all of them serve. */
export async function startNativeKafka(cache: string, nodeCount: 1 | 3): Promise<KafkaCluster> {
  const ports = await freePorts(2 * nodeCount);
  const places = Array.from({ length: nodeCount }, (_, index) => {
    return { id: index + 1, broker: ports[2 * index] as number, controller: ports[2 * index + 1] as number };
  });
  const clusterId = randomBytes(16).toString('base64url');
  const nodes = places.map((place) => nodeOf(cache, clusterId, place, places));
  try {
    await Promise.all(nodes.map((node) => node.start()));
  } catch (error) {
    await Promise.all(nodes.map((node) => node.remove()));
    throw error;
  }
  return {
    source: 'native',
    brokers: places.map(({ broker }) => `127.0.0.1:${broker}`),
    nodes,
    remove: async () => {
      await Promise.all(nodes.map((node) => node.remove()));
    },
  };
}

interface Place {
  readonly id: number;
  readonly broker: number;
  readonly controller: number;
}

function nodeOf(cache: string, clusterId: string, place: Place, places: readonly Place[]): NativeServer {
  const java = findProgram('java') ?? 'java';
  const classes = ['-cp', join(cache, 'libs', '*')];
  return new NativeServer({
    name: `kafka-${place.id}`,
    async prepare(folder) {
      await writeFile(join(folder, propertiesFile), propertiesOf(folder, place, places));
      const format = ['format', '-t', clusterId, '-c', propertiesFile];
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

/** Short timeouts, so that a test sees what an outage of minutes would show; nothing is created by accident. */
function propertiesOf(folder: string, { id, broker, controller }: Place, places: readonly Place[]): string {
  const copies = places.length;
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': places.map((each) => `${each.id}@127.0.0.1:${each.controller}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
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
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
