export { DatabaseUnavailable, MongoRefused } from './failures';
export type { Capabilities } from './connection/capabilities';
export type { MongoOptions } from './connection/open-database';
export { openMongoEvents, type MongoEvents, type MongoEventsOptions } from './events/mongo-events';
export type { SequencingStatus, SequencingTimes } from './events/sequencing';
export { openMongoViews, type MongoViews, type MongoViewsOptions } from './views/mongo-views';
export type { HoldTimes } from './views/beats';
export { openMongoSnapshots, type MongoSnapshots } from './snapshots/mongo-snapshots';
export { openMongoSeals, type MongoSeals, type PublishedKeys } from './seals/mongo-seals';
