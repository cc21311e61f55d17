export { KafkaRefused, KafkaUnavailable } from './failures';
export { openKafka, type KafkaOptions, type KafkaStatus, type PublishedKafka } from './connection/open-kafka';
export { topicOf } from './connection/topics';
export {
  eventOf,
  recordOf,
  sourceOf,
  UnreadableRecord,
  type EventRecord,
  type RecordHeaders,
} from './format/cloud-events';
export type { KafkaHistory } from './history/kafka-history';
export type { PublishedPartition, Publisher, PublisherOptions, PublisherStatus } from './publish/publisher';
