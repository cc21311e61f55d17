import { randomUUID } from 'node:crypto';
import type { mongo } from 'mongoose';
import type { PolicyStore, ViewHandle, ViewShape, ViewStore } from '@faemban/event-sourcing';
import { ensureIndexes, openDatabase, type MongoOptions } from '../connection/open-database';
import { withDatabase } from '../failures';
import { createPolicyStore } from '../policies/mongo-policies';
import { holdTimesDefault, keptMs, type HoldTimes } from './beats';
import { versionOf } from './generation-collections';
import { MongoGeneration } from './mongo-generation';
import { MongoGenerations } from './mongo-generations';
import { createRebuildRecords } from './rebuild-records';
import { ViewVersion, type GenerationDocument, type ViewsDatabase, type VersionDocument } from './view-version';
import type { PinDocument } from './pins';
import type { ServiceEntry } from './service-log';
import type { ClaimDocument } from './writer-claims';

/** How a service's read models are opened. */
export interface MongoViewsOptions extends MongoOptions {
  readonly times?: Partial<HoldTimes>;
}

/** One service's read models and its policies' checkpoints, in its database. */
export interface MongoViews {
  readonly views: ViewStore;
  readonly policies: PolicyStore;
  close(): Promise<void>;
}

/**
 * Opens a service's read models and policies in MongoDB; makes and verifies what is needed. Any number of processes may have the same
 * database open and write different partitions; where replacing is not declared atomic, a view has one writing process.
 * @throws MongoRefused where the server or the database is not what is needed; DatabaseUnavailable where it cannot be reached
 */
export async function openMongoViews(options: MongoViewsOptions): Promise<MongoViews> {
  const { db, close } = await openDatabase(options);
  try {
    const replacesAtomically = options.capabilities?.replacesAtomically ?? true;
    const database = viewsDatabase(db, replacesAtomically, { ...holdTimesDefault, ...options.times });
    await withDatabase(() => prepareViews(database));
    const versions = new Map<string, ViewVersion>();
    const versionFor = async (shape: ViewShape): Promise<ViewVersion> => {
      const version = versions.get(versionOf(shape)) ?? new ViewVersion(database, shape);
      await withDatabase(() => version.register(shape));
      versions.set(version.name, version);
      return version;
    };
    return {
      views: {
        open: async (shape) => openInService(await versionFor(shape)),
        generations: async (shape) => new MongoGenerations(await versionFor(shape)),
        ...(await createRebuildRecords(db)),
      },
      policies: createPolicyStore(db, database.nextToken),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function viewsDatabase(db: mongo.Db, replacesAtomically: boolean, times: HoldTimes): ViewsDatabase {
  const owner = randomUUID();
  let tokens = 0;
  return {
    db,
    versions: db.collection<VersionDocument>('view-versions'),
    generations: db.collection<GenerationDocument>('view-generations'),
    service: db.collection<ServiceEntry>('view-service'),
    pins: db.collection<PinDocument>('view-pins'),
    claims: db.collection<ClaimDocument>('view-writers'),
    owner,
    replacesAtomically,
    times,
    nextToken() {
      tokens += 1;
      return `${owner}/${tokens}`;
    },
  };
}

async function prepareViews({ generations, service, claims }: ViewsDatabase): Promise<void> {
  for (const [collection, place] of [
    [generations, 'generation'],
    [service, 'k'],
    [claims, 'k'],
  ] as const) {
    const key = { version: 1, [place]: 1 } as const;
    await ensureIndexes(collection as unknown as mongo.Collection, [{ name: 'place', key, unique: true }]);
  }
}

/** A handle that follows the generation in service: this process's switch at once, another's within `followMs`. */
async function openInService<Doc extends object>(version: ViewVersion): Promise<ViewHandle<Doc>> {
  const { times } = version.views;
  const opened = new Map<number, Promise<MongoGeneration<Doc>>>();
  const isDropped = async (generation: number): Promise<boolean> => (await version.dropped()).includes(generation);
  const current = async (): Promise<MongoGeneration<Doc>> => {
    const generation = await version.serviceLog.inService();
    const known = opened.get(generation) ?? prepared(version, generation);
    opened.set(generation, known);
    try {
      return await known;
    } catch (error) {
      opened.delete(generation);
      if (await isDropped(generation)) return current();
      throw error;
    }
  };
  /** What was read of a generation that is dropped may be empty; it is read again. Nothing is dropped while it may be followed. */
  const read = async <Answer>(ask: (generation: MongoGeneration<Doc>) => Promise<Answer>): Promise<Answer> => {
    for (;;) {
      const since = performance.now();
      const generation = await current();
      const answer = await ask(generation);
      const isTooSoonToBeDropped = performance.now() - since < keptMs(times) - times.followMs;
      if (isTooSoonToBeDropped || !(await isDropped(generation.generation))) return answer;
    }
  };
  await current();
  return {
    checkpoint: () => read((generation) => generation.checkpoint()),
    take: async (partition) => (await current()).take(partition),
    apply: async (batch) => (await current()).apply(batch),
    slices: (ids) => read((generation) => generation.slices(ids)),
    get: (ids) => read((generation) => generation.get(ids)),
    find: (find) => read((generation) => generation.find(find)),
    count: (find) => read((generation) => generation.count(find)),
    sum: (question) => read((generation) => generation.sum(question)),
    parkedIds: (context, ids) => read((generation) => generation.parkedIds(context, ids)),
    parked: (limit) => read((generation) => generation.parked(limit)),
    parkedSequences: (find) => read((generation) => generation.parkedSequences(find)),
    parkedOf: (sequence, limit) => read((generation) => generation.parkedOf(sequence, limit)),
    parkedCauses: () => read((generation) => generation.parkedCauses()),
    replay: async (step) => (await current()).replay(step),
  };
}

async function prepared<Doc extends object>(version: ViewVersion, generation: number): Promise<MongoGeneration<Doc>> {
  const handle = new MongoGeneration<Doc>(version, generation, '');
  await withDatabase(() => handle.prepare());
  return handle;
}
