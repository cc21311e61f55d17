import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSigner, createSigningKey, leafHashOf, makeSeal, MerkleFrontier } from '@faemban/event-sourcing';
import { anAppend } from '@faemban/event-sourcing/testing';
import { openSqliteEvents, type SqliteEvents } from '../events/sqlite-events';
import { openSealFiles } from '../integrity/seal-files';
import { openSqlite } from '../open-sqlite';
import { openSqliteViews } from '../views/sqlite-views';
import { writeLedger } from '../backup/heads-ledger';

export const at = '2026-01-01T00:00:00.000Z';
const clock = (): number => Date.parse(at);

/** Opens the events of a data folder, does something with them, and closes them. */
export async function withEvents<Result>(
  folder: string,
  work: (events: SqliteEvents) => Promise<Result>,
): Promise<Result> {
  const events = await openSqliteEvents({ file: join(folder, 'events.sqlite'), clock, partitionCount: 2 });
  try {
    return await work(events);
  } finally {
    await events.close();
  }
}

/** Records `count` events of two values each, and notes beside the keys how far that goes. */
export async function record(folder: string, count: number): Promise<void> {
  await withEvents(folder, async (events) => {
    const store = events.store('ingestion');
    for (let n = 0; n < count; n += 1)
      await store.append(
        anAppend({ stream: `household-${n % 5}`, partitionOf: `${n % 5}`, expectedVersion: 'any', values: ['บ้าน', n] }),
      );
    await writeLedger(join(folder, 'keys'), events, at);
  });
}

/** An installation of two partitions with events, a seal, a views file, a service's own tables, an uploaded file and keys. */
export async function makeInstallation(folder: string): Promise<void> {
  for (const name of ['keys', 'vault', 'ingestion/files'])
    mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  for (const name of ['signing-keys.json', 'identity-verification.key', 'ingestion.key'])
    writeFileSync(join(folder, 'keys', name), name);
  writeFileSync(join(folder, 'ingestion/files/members.sealed'), 'sealed');
  await record(folder, 12);
  await seal(folder);
  await (await openSqliteViews({ file: join(folder, 'reporting.sqlite') })).close();
  for (const [file, table] of [
    ['vault/entries.sqlite', 'entries'],
    ['ingestion/imports.sqlite', 'imports'],
  ] as const) {
    const db = openSqlite(join(folder, file), 'private');
    db.exec(`CREATE TABLE ${table} (id INTEGER PRIMARY KEY, sealed TEXT)`);
    db.prepare(`INSERT INTO ${table} (sealed) VALUES ('x')`).run();
    db.close();
  }
}

/** Seals everything recorded. */
export async function seal(folder: string): Promise<void> {
  const signer = createSigner({ keys: [createSigningKey('faemban.test', at)], changes: [] });
  const seals = openSealFiles(join(folder, 'seals'));
  seals.publishKeys(signer);
  await withEvents(folder, async (events) => {
    const partitions = [];
    for (const { partition, seq, chainHash } of await events.log.heads('ingestion')) {
      const frontier = MerkleFrontier.empty();
      for (const place of await events.log.places('ingestion', partition, 0, seq)) frontier.add(leafHashOf(place));
      partitions.push({ partition, size: seq, root: frontier.root().toString('hex'), chainHash });
    }
    const { installationId: installation } = events;
    await seals.append(makeSeal(signer, undefined, { installation, context: 'ingestion', sealedAt: at, partitions }));
  });
}
