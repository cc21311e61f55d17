import type { mongo } from 'mongoose';
import type { GenerationPart, ViewShape } from '@faemban/event-sourcing';
import { ensureIndexes } from '../connection/open-database';
import { withDatabase } from '../failures';
import { intentCollections, prepareIntents, type IntentCollections } from '../intents/documents';
import type { Row } from '../rows/guarded-rows';
import type { EarlierRow } from './pins';

/** The collections of one generation of a version of a view. */
export interface GenerationCollections extends IntentCollections {
  readonly parts: IntentCollections['parts'];
  readonly rows: Readonly<Record<GenerationPart, mongo.Collection<Row>>>;
  readonly earlier: mongo.Collection<EarlierRow>;
}

/** What a version of a view is called. */
export function versionOf({ name, version }: Pick<ViewShape, 'name' | 'version'>): string {
  return `${name}.v${version}`;
}

const baseOf = (version: string, generation: number): string => `view.${version}.g${generation}`;

/** A generation's collections as they are named; nothing is made. */
export function generationCollections(db: mongo.Db, version: string, generation: number): GenerationCollections {
  const base = baseOf(version, generation);
  return {
    ...intentCollections(db, base),
    rows: {
      documents: db.collection<Row>(`${base}.documents`),
      counters: db.collection<Row>(`${base}.counters`),
      parked: db.collection<Row>(`${base}.parked`),
    },
    earlier: db.collection<EarlierRow>(`${base}.earlier`),
  };
}

/** Makes what is missing beside the declared indexes, and checks the rest. @throws MongoRefused */
export async function prepareGeneration(collections: GenerationCollections): Promise<void> {
  await prepareIntents(collections);
  await ensureIndexes(collections.earlier as unknown as mongo.Collection, [{ name: 'row', key: { row: 1 } }]);
}

/** Removes what there is of a generation. */
export async function dropGeneration(db: mongo.Db, version: string, generation: number): Promise<void> {
  const all = await withDatabase(() => db.listCollections({}, { nameOnly: true }).toArray());
  const names = all.map(({ name }) => name).filter((name) => name.startsWith(`${baseOf(version, generation)}.`));
  for (const name of names) await withDatabase(() => db.dropCollection(name));
}
