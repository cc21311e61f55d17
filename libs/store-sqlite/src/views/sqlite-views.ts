import type { PolicyStore, ViewHandle, ViewShape, ViewStore } from '@faemban/event-sourcing';
import { WrittenBytes } from '../checkpointer';
import { withStorage } from '../failures';
import { openSqlite } from '../open-sqlite';
import { SnapshotReaders } from './snapshot-readers';
import { SqliteGeneration, type ViewsFile } from './sqlite-generation';
import { SqliteGenerations } from './sqlite-generations';
import { createPolicyStore } from './sqlite-policies';
import { ViewNumbers } from './view-numbers';
import { prepareViewsFile } from './views-schema';

/** One service's read models and its policies' checkpoints, in one file. */
export interface SqliteViews {
  readonly views: ViewStore;
  readonly policies: PolicyStore;
  close(): Promise<void>;
}

/**
 * Opens a service's views file, made if it is not there. A batch and its checkpoint are one transaction: a power cut may lose the last
 * batches, which are then applied again from the log, but never half of one.
 * @throws SqliteRefused where the file is of another kind or of a newer version
 */
export async function openSqliteViews({ file }: { readonly file: string }): Promise<SqliteViews> {
  const db = openSqlite(file, 'views');
  try {
    prepareViewsFile(db, file);
  } catch (error) {
    db.close();
    throw error;
  }
  const openReader = () => openSqlite(file, 'views', { readonly: true });
  const viewsFile = { db, written: new WrittenBytes(file), readers: new SnapshotReaders(openReader) };
  const saveRebuild = db.prepare<[string, string]>(
    'INSERT INTO rebuilds (rebuild_id, record) VALUES (?, ?) ON CONFLICT (rebuild_id) DO UPDATE SET record = excluded.record',
  );
  const rebuilds = db.prepare<[], string>('SELECT record FROM rebuilds ORDER BY rebuild_no').pluck();
  return {
    views: {
      open: async (shape) => withStorage(() => openInService(viewsFile, shape)),
      generations: async (shape) => withStorage(() => new SqliteGenerations(viewsFile, openReader, shape)),
      rebuilds: async () => withStorage(() => rebuilds.all()),
      saveRebuild: async (rebuildId, record) => void withStorage(() => saveRebuild.run(rebuildId, record)),
    },
    policies: createPolicyStore(db),
    async close() {
      viewsFile.readers.close();
      await viewsFile.written.close();
      db.close();
    },
  };
}

/** A handle that asks at every call which generation is in service: one lookup by key, some microseconds. */
function openInService<Doc extends object>(file: ViewsFile, shape: ViewShape): ViewHandle<Doc> {
  const numbers = new ViewNumbers(file.db);
  file.db.transaction(() => numbers.register(shape)).immediate();
  let last: SqliteGeneration<Doc> | undefined;
  const current = (): SqliteGeneration<Doc> =>
    withStorage(() => {
      const viewNo = numbers.inService(shape);
      if (viewNo === undefined || last?.viewNo !== viewNo) {
        last = file.db.transaction(() => new SqliteGeneration<Doc>(file, numbers.register(shape), shape))();
      }
      return last;
    });
  current();
  return {
    checkpoint: async () => current().checkpoint(),
    take: async (partition) => current().take(partition),
    apply: async (batch) => current().apply(batch),
    slices: async (ids) => current().slices(ids),
    get: async (ids) => current().get(ids),
    find: async (find) => current().find(find),
    count: async (find) => current().count(find),
    sum: async (question) => current().sum(question),
    parkedIds: async (context, ids) => current().parkedIds(context, ids),
    parked: async (limit) => current().parked(limit),
    parkedSequences: async (find) => current().parkedSequences(find),
    parkedOf: async (sequence, limit) => current().parkedOf(sequence, limit),
    parkedCauses: async () => current().parkedCauses(),
    replay: async (step) => current().replay(step),
  };
}
