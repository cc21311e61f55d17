import { madeFolder } from '../install/recipe';
import { kafkaRecipe } from '../install/recipes';
import type { ServerControl } from '../server-control';
import { sourceOf, type Source } from '../sources';
import { startKafkaContainer } from './containers';
import { startNativeKafka, startSecuredKafka } from './kafka-native';
import type { SecuredKafka } from './kafka-secured';

/** A running Kafka. */
export interface KafkaCluster {
  readonly source: Source;
  /** Addresses to begin with, `host:port`. */
  readonly brokers: readonly string[];
  /** Its servers one by one; none where somebody else runs it. */
  readonly nodes: readonly ServerControl[];
  /** Ends and removes what was started for us. */
  remove(): Promise<void>;
}

/** One whose `brokers` allow everything, as in other suites, and that takes clients from outside at `secured`. */
export interface SecuredCluster extends KafkaCluster {
  readonly secured: SecuredKafka;
}

/**
 * A Kafka of one node, or of three (replication 3, two in sync), from the first source that has it. Topics are not made by accident.
 * @throws Error where no source has it
 */
export async function startKafka({ nodeCount = 1 }: { readonly nodeCount?: 1 | 3 } = {}): Promise<KafkaCluster> {
  const { source, lack } = sourceOf(nodeCount === 1 ? 'kafka' : 'kafka-of-three');
  if (source === 'environment') {
    const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',').map((broker) => broker.trim());
    return { source, brokers, nodes: [], remove: async () => undefined };
  }
  if (source === 'container') return startKafkaContainer();
  const cache = madeFolder(kafkaRecipe);
  if (cache === undefined || source === undefined) throw new Error(`There is no Kafka: needs ${lack}.`);
  return startNativeKafka(cache, nodeCount);
}

/** A Kafka of one node with a listener of TLS, SCRAM-SHA-512 and permissions. @throws Error where no source has it */
export async function startKafkaSecured(): Promise<SecuredCluster> {
  const { source, lack } = sourceOf('kafka-secured');
  const cache = madeFolder(kafkaRecipe);
  if (cache === undefined || source === undefined) throw new Error(`There is no Kafka: needs ${lack}.`);
  return startSecuredKafka(cache);
}
