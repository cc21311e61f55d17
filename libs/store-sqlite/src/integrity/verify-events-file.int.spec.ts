import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import {
  createSigner,
  createSigningKey,
  leafHashOf,
  makeSeal,
  MerkleFrontier,
  type Signer,
  type Verification,
} from '@faemban/event-sourcing';
import { anAppend } from '@faemban/event-sourcing/testing';
import { openSqliteEvents } from '../events/sqlite-events';
import { openSealFiles } from './seal-files';
import { verifyEventsFile } from './verify-events-file';

const at = '2026-01-01T00:00:00.000Z';
let folder: string;
let signer: Signer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'faemban-verify-'));
  signer = createSigner({ keys: [createSigningKey('faemban.test', at)], changes: [] });
  const file = join(folder, 'events.sqlite');
  const events = await openSqliteEvents({ file, clock: () => Date.parse(at), partitionCount: 2 });
  const seals = openSealFiles(join(folder, 'seals'));
  seals.publishKeys(signer);
  for (const context of ['ingestion', 'mpi-scoring'] as const) {
    const store = events.store(context);
    for (let n = 0; n < 12; n += 1)
      await store.append(
        anAppend({ stream: `household-${n % 5}`, partitionOf: `${n % 5}`, expectedVersion: 'any', values: [n, n + 1] }),
      );
    const partitions = [];
    for (const { partition, seq, chainHash } of await events.log.heads(context)) {
      const frontier = MerkleFrontier.empty();
      for (const place of await events.log.places(context, partition, 0, seq)) frontier.add(leafHashOf(place));
      partitions.push({ partition, size: seq, root: frontier.root().toString('hex'), chainHash });
    }
    const installation = events.installationId;
    await seals.append(makeSeal(signer, undefined, { installation, context, sealedAt: at, partitions }));
  }
  await events.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Verifies a copy on which this SQL was run. */
function verifyAfter(
  sql: string | ((db: Database.Database) => void),
  change?: (sealsFolder: string) => void,
): Verification {
  const copy = mkdtempSync(join(tmpdir(), 'faemban-copy-'));
  try {
    copyFileSync(join(folder, 'events.sqlite'), join(copy, 'events.sqlite'));
    cpSync(join(folder, 'seals'), join(copy, 'seals'), { recursive: true });
    const db = new Database(join(copy, 'events.sqlite'));
    if (typeof sql === 'string') db.exec(sql);
    else sql(db);
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
    change?.(join(copy, 'seals'));
    return verifyEventsFile({ file: join(copy, 'events.sqlite'), sealsFolder: join(copy, 'seals') });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

describe('an events file', () => {
  test('that nobody touched is complete and unaltered, sealed as far as its seals say', () => {
    const found = verifyAfter('');
    expect(found).toMatchObject({
      verdict: 'unaltered',
      findings: [],
      sealFaults: [],
      events: 48,
      seals: 2,
      sealedEvents: 48,
    });
    const [key] = signer.keys;
    const known = verifyEventsFile({
      file: join(folder, 'events.sqlite'),
      sealsFolder: join(folder, 'seals'),
      ...(key ? { givenKey: key } : {}),
    });
    expect(known).toMatchObject({ verdict: 'unaltered', isKeyGiven: true });
    expect(verifyEventsFile({ file: join(folder, 'events.sqlite') })).toMatchObject({ verdict: 'unaltered', seals: 0 });
  });

  const third = 'SELECT place FROM events ORDER BY place LIMIT 1 OFFSET 2';
  const alterations: readonly (readonly [what: string, sql: string, code: string])[] = [
    ['another body', `UPDATE events SET body = replace(body, '{', '{ ') WHERE place = (${third})`, 'altered'],
    [
      'another area',
      `UPDATE events SET envelope = json_set(envelope, '$[6]', '84') WHERE place = (${third})`,
      'altered',
    ],
    [
      'an envelope in other words',
      `UPDATE events SET envelope = replace(envelope, ',', ', ') WHERE place = (${third})`,
      'altered',
    ],
    [
      'something besides in the envelope',
      `UPDATE events SET envelope = json_set(envelope, '$[16]', 'x') WHERE place = (${third})`,
      'altered',
    ],
    ['an envelope that is none', `UPDATE events SET envelope = '[' WHERE place = (${third})`, 'unreadable'],
    ['another version', `UPDATE events SET version = 99 WHERE place = (${third})`, 'altered'],
    ['another stream', `UPDATE events SET stream_no = stream_no + 100 WHERE place = (${third})`, 'stream-broken'],
    ['an event less', `DELETE FROM events WHERE place = (${third})`, 'missing'],
    [
      'an event moved',
      `UPDATE events SET place = -1 WHERE place = (${third});
       UPDATE events SET place = (SELECT max(place) + 1 FROM events WHERE place < 68719476736 * 1025) WHERE place = -1`,
      'reordered',
    ],
    [
      'another chain hash',
      `UPDATE events SET envelope = json_set(envelope, '$[15]', '${'0'.repeat(64)}') WHERE place = (${third})`,
      'chain-broken',
    ],
    ['another last seq of a command', `UPDATE commands SET last_seq = last_seq + 1`, 'command-broken'],
    ['a stream renamed', `UPDATE streams SET stream = stream || 'x'`, 'stream-broken'],
    ['a stream in another partition', `UPDATE streams SET partition = 1 - partition`, 'stream-broken'],
    ['another head', `UPDATE heads SET seq = seq + 1`, 'missing'],
    ['a head that ends sooner', `UPDATE heads SET seq = seq - 1`, 'added'],
    ['another hash of the head', `UPDATE heads SET chain_hash = '${'0'.repeat(64)}'`, 'head-differs'],
    [
      'a command that claims the next one too',
      `UPDATE commands SET last_version = last_version + 1, last_seq = last_seq + 1 WHERE first_version = 1`,
      'command-broken',
    ],
    [
      'a command that claims the one before',
      `UPDATE commands SET first_version = first_version - 1 WHERE first_version = 3`,
      'command-broken',
    ],
    [
      'a command that recorded nothing',
      `INSERT INTO commands VALUES (1, 'forged', 'd', 999, 1, 1, 1)`,
      'command-broken',
    ],
    ['a stream without events', `INSERT INTO streams VALUES (1, 'forged', 999, 0)`, 'stream-broken'],
  ];
  test.each(alterations)('with %s is found altered', (_what, sql, code) => {
    const found = verifyAfter(sql);
    expect(found.verdict).toBe('altered');
    expect(found.findings[0]).toMatchObject({ code });
  });

  test('with a command removed from the record is found altered', () => {
    const found = verifyAfter('DELETE FROM commands WHERE command_id = (SELECT command_id FROM commands LIMIT 1)');
    expect(found.findings[0]).toMatchObject({ code: 'command-broken' });
  });

  test('whose end was cut off together with its head is found by its seal, and without one is not', () => {
    const cut = (db: Database.Database): void => {
      const [place, streamNo] = db
        .prepare('SELECT place, stream_no FROM events ORDER BY place DESC LIMIT 1')
        .raw()
        .get() as [number, number];
      const before = db
        .prepare(
          `SELECT place, json_extract(envelope, '$[15]') FROM events WHERE place < ? ORDER BY place DESC LIMIT 1`,
        )
        .raw()
        .get(place) as [number, string];
      const { topic, partition } = db
        .prepare('SELECT topic, partition FROM heads ORDER BY topic DESC, partition DESC LIMIT 1')
        .get() as { topic: number; partition: number };
      db.prepare('DELETE FROM events WHERE place = ?').run(place);
      db.prepare('UPDATE heads SET seq = seq - 1, chain_hash = ? WHERE topic = ? AND partition = ?').run(
        before[1],
        topic,
        partition,
      );
      db.prepare(
        'UPDATE commands SET last_version = last_version - 1, last_seq = last_seq - 1 WHERE stream_no = ? AND last_version = (SELECT max(last_version) FROM commands WHERE stream_no = ?)',
      ).run(streamNo, streamNo);
    };
    expect(verifyAfter(cut).findings).toMatchObject([{ code: 'cut-off', context: 'mpi-scoring' }]);
  });

  test('with a seal replaced, removed, unreadable or signed by somebody else is not believed', () => {
    const ofSeals = (change: (text: string) => string) =>
      verifyAfter('', (seals) => {
        const file = join(seals, 'ingestion.jsonl');
        writeFileSync(file, change(readFileSync(file, 'utf8')));
      });
    expect(ofSeals((text) => text.replace('"number":1', '"number":2')).sealFaults).toMatchObject([
      { what: 'seal-signature' },
    ]);
    expect(ofSeals((text) => `${text.slice(0, 40)}\n`).sealFaults).toMatchObject([{ what: 'seal-signature' }]);
    expect(ofSeals((text) => text.slice(0, 40))).toMatchObject({ verdict: 'unaltered', seals: 1 });
    const other = createSigner({ keys: [createSigningKey('faemban.test', at)], changes: [] });
    const foreign = verifyAfter('', (seals) => openSealFiles(seals).publishKeys(other));
    expect(foreign.sealFaults.map(({ what }) => what)).toEqual(['seal-key', 'seal-key']);
  });
});
