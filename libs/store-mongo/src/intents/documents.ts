import type { mongo } from 'mongoose';
import { ensureIndexes } from '../connection/open-database';

/** Per context the last seq that is applied. 64-bit integers always: some servers hold 1 and 1 of two types for different keys. */
export type Seqs = Readonly<Record<string, number>>;

/**
 * One intent of a partition: a taking, or what a batch or a replay changes, with everything that it changes, written down before it is
 * done. Unique by (partition, n), n dense from 1.
 */
export interface IntentDocument extends mongo.Document {
  readonly partition: number;
  readonly n: number;
  readonly kind: 'take' | 'batch' | 'replay' | 'step';
  /** Under which taking it was written. */
  readonly epoch: number;
  /** Who wrote it: tells one's own insert, whose answer was lost, from another's. */
  readonly token: string;
  /** Which events it applies. */
  readonly context?: string;
  readonly fromSeq?: mongo.Long;
  readonly toSeq?: mongo.Long;
  /** Where the partition stands when it is done. */
  readonly seqs: Readonly<Record<string, mongo.Long>>;
  /** What it changes, as JSON; taken away once the next intent is there. In `parts` where it is large. */
  readonly content?: mongo.Binary;
  readonly parts: number;
}

/** A part of a large intent's content, written before the intent. */
export interface IntentPart extends mongo.Document {
  readonly _id: string;
  readonly partition: number;
  readonly token: string;
  readonly place: number;
  readonly content: mongo.Binary;
}

/** Up to which intent a partition is done, and where it stands. Its id is the partition. */
export interface PositionDocument extends mongo.Document {
  readonly _id: number;
  readonly n: number;
  readonly seqs: Readonly<Record<string, mongo.Long>>;
}

/** Where the intents of one read model or policy are kept. */
export interface IntentCollections {
  readonly intents: mongo.Collection<IntentDocument>;
  readonly parts: mongo.Collection<IntentPart>;
  readonly positions: mongo.Collection<PositionDocument>;
}

/** The collections under a name; nothing is made. */
export function intentCollections(db: mongo.Db, base: string): IntentCollections {
  return {
    intents: db.collection<IntentDocument>(`${base}.intents`),
    parts: db.collection<IntentPart>(`${base}.intent-parts`),
    positions: db.collection<PositionDocument>(`${base}.positions`),
  };
}

/** Makes what is missing. @throws MongoRefused */
export async function prepareIntents({ intents, parts }: IntentCollections): Promise<void> {
  await ensureIndexes(intents as unknown as mongo.Collection, [
    { name: 'place', key: { partition: 1, n: 1 }, unique: true },
  ]);
  await ensureIndexes(parts as unknown as mongo.Collection, [{ name: 'partition', key: { partition: 1 } }]);
}
