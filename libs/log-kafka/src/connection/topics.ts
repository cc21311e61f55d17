import { setTimeout as delay } from 'node:timers/promises';
import { ConfigResourceTypes, type Admin, type ITopicMetadata } from 'kafkajs';
import { contextNames, type ContextName } from '@faemban/contracts';
import { KafkaRefused, KafkaUnavailable, messageOf, withKafka } from '../failures';
import { isNotAllowed } from '../refusals';

/** The topic that a context's events are published on. */
export const topicOf = (context: ContextName): string => `faemban.${context}.events.v1`;

const contextsByTopic = new Map(contextNames.map((context) => [topicOf(context), context]));

/** The context of a topic; undefined where it is none of ours. */
export const contextOfTopic = (topic: string): ContextName | undefined => contextsByTopic.get(topic);

/** What every topic must be like. */
export interface TopicForm {
  readonly partitionCount: number;
  readonly replicationFactor: number;
}

/** A topic that was made just now has this long to be led, in milliseconds. */
const leadersMsMax = 20_000;
const leadersEveryMs = 100;
/** Kafka's own setting for "for ever". */
const forEver = '-1';

/**
 * Makes the topics that are missing and checks the others: as many partitions as the log has, kept for ever, never compacted, as many
 * replicas as asked, two of three in sync.
 * @throws KafkaRefused where a topic is otherwise; KafkaUnavailable
 */
export async function ensureTopics(admin: Admin, contexts: readonly ContextName[], form: TopicForm): Promise<void> {
  const topics = contexts.map(topicOf);
  const configEntries = Object.entries(settingsOf(form)).map(([name, value]) => ({ name, value }));
  await withKafka(async () => {
    const known = new Set(await admin.listTopics());
    const missing = topics.filter((topic) => !known.has(topic));
    if (missing.length === 0) return;
    // Another process may make them at the same moment: then this answers false, and they are checked below.
    await admin.createTopics({
      topics: missing.map((topic) => ({
        topic,
        numPartitions: form.partitionCount,
        replicationFactor: form.replicationFactor,
        configEntries,
      })),
      // Waited for below: what was made just now is not known to every broker yet.
      waitForLeaders: false,
    });
  });
  await checkTopics(admin, topics, form);
}

function settingsOf({ replicationFactor }: TopicForm): Readonly<Record<string, string>> {
  return {
    'retention.ms': forEver,
    'retention.bytes': forEver,
    'cleanup.policy': 'delete',
    'min.insync.replicas': replicationFactor >= 3 ? '2' : '1',
  };
}

async function checkTopics(admin: Admin, topics: readonly string[], form: TopicForm): Promise<void> {
  const found = await ledTopics(admin, topics);
  const configs = await withKafka(() =>
    admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
    }),
  );
  for (const topic of topics) {
    const partitions = found.find(({ name }) => name === topic)?.partitions ?? [];
    if (partitions.length !== form.partitionCount) throw otherCount(topic, partitions.length, form.partitionCount);
    const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
    if (replicas < form.replicationFactor) throw tooFewReplicas(topic, replicas, form.replicationFactor);
    const entries = configs.resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? [];
    const settings = new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
    for (const [name, wanted] of Object.entries(settingsOf(form))) {
      const value = settings.get(name) ?? '';
      const isEnough = name === 'min.insync.replicas' ? Number(value) >= Number(wanted) : value === wanted;
      if (!isEnough) throw otherSetting(topic, name, value, wanted);
    }
  }
}

/** What the cluster knows of topics, as soon as each of their partitions is led. */
async function ledTopics(admin: Admin, topics: readonly string[]): Promise<readonly ITopicMetadata[]> {
  const begun = performance.now();
  let lack = '';
  while (performance.now() - begun < leadersMsMax) {
    try {
      const { topics: found } = await admin.fetchTopicMetadata({ topics: [...topics] });
      const unled = found.find(
        ({ partitions }) => partitions.length === 0 || partitions.some(({ leader }) => leader < 0),
      );
      if (unled === undefined) return found;
      lack = `nobody leads ${unled.name}`;
    } catch (error) {
      lack = messageOf(error);
      if (isNotAllowed(error)) break;
    }
    await delay(leadersEveryMs);
  }
  throw new KafkaUnavailable(`The topics cannot be used yet: ${lack}`);
}

function otherCount(topic: string, found: number, wanted: number): KafkaRefused {
  return new KafkaRefused({
    th: `หัวข้อ ${topic} มี ${found} พาร์ทิชัน แต่ระบบนี้ติดตั้งไว้ที่ ${wanted} ซึ่งเปลี่ยนไม่ได้ โปรดตั้ง FAEMBAN_PARTITION_COUNT=${found} หากติดตั้งไว้เช่นนั้น หรือลบหัวข้อนี้เพื่อให้สร้างและเผยแพร่ใหม่ทั้งหมด`,
    en: `The topic ${topic} has ${found} partitions, and this installation has ${wanted}, for good. Set FAEMBAN_PARTITION_COUNT=${found} if that is how it was installed, or delete the topic, so that it is made and published anew.`,
  });
}

function tooFewReplicas(topic: string, found: number, wanted: number): KafkaRefused {
  return new KafkaRefused({
    th: `หัวข้อ ${topic} มีสำเนา ${found} ชุด แต่กำหนดไว้ ${wanted} โปรดเพิ่มสำเนาด้วย kafka-reassign-partitions หรือตั้ง FAEMBAN_KAFKA_REPLICATION_FACTOR=${found}`,
    en: `The topic ${topic} has ${found} replicas, and ${wanted} are asked for. Add replicas with kafka-reassign-partitions, or set FAEMBAN_KAFKA_REPLICATION_FACTOR=${found}.`,
  });
}

function otherSetting(topic: string, name: string, found: string, wanted: string): KafkaRefused {
  return new KafkaRefused({
    th: `หัวข้อ ${topic} ตั้ง ${name}=${found} แต่เหตุการณ์ต้องเก็บไว้ตลอดไปและครบสำเนา โปรดตั้งเป็น ${wanted} ด้วย kafka-configs --alter --topic ${topic} --add-config ${name}=${wanted}`,
    en: `The topic ${topic} has ${name}=${found}, but events are kept for ever and in enough copies. Set it with kafka-configs --alter --topic ${topic} --add-config ${name}=${wanted}.`,
  });
}
