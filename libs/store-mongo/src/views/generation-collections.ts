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

/** A generation's collections as they are named; nothing is made. */
export function generationCollections(db: mongo.Db, version: string, generation: number): GenerationCollections {
  const base = `view.${version}.g${generation}`;
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

/** Removes a generation's collections; those that are not there do no harm. */
export async function dropGeneration({
  rows,
  intents,
  parts,
  positions,
  earlier,
}: GenerationCollections): Promise<void> {
  for (const collection of [...Object.values(rows), parts, positions, earlier, intents]) {
    await withDatabase(() => (collection as unknown as mongo.Collection).drop().catch(ignoreMissing));
  }
}

/** Servers differ in whether removing what is not there is an error. */
function ignoreMissing(error: unknown): void {
  if ((error as { code?: unknown }).code !== 26) throw error;
}
