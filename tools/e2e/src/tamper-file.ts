import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContextName } from '@faemban/contracts';
import {
  chainHash,
  createSigner,
  createSigningKey,
  genesisHash,
  makeSeal,
  type Seal,
  type SignedDocument,
} from '@faemban/event-sourcing';
import { openSqlite } from '@faemban/store-sqlite';

type Database = ReturnType<typeof openSqlite>;
/** Whole numbers from 0 below a limit. */
export type Random = (below: number) => number;

interface Row {
  place: number;
  stream_no: number;
  version: number;
  envelope: string;
  body: string;
}

/** Every way in which a data folder's copy is altered, by somebody who can write everything but has no key. */
export const fileTamperings = [
  'body',
  'body-whitespace',
  'envelope-field',
  'envelope-text',
  'version',
  'stream',
  'order',
  'order-whole',
  'omission',
  'omission-renumbered',
  'addition',
  'addition-at-end',
  'doubling',
  'moved-to-another-partition',
  'truncation',
  'truncation-with-heads',
  'rewritten-tail',
  'head-seq',
  'head-hash',
  'head-removed',
  'command-removed',
  'command-changed',
  'stream-renamed',
  'seal-changed',
  'seal-resigned',
  'seal-dropped',
  'seals-of-another-key',
  'seal-line-cut',
] as const;
/** One of {@link fileTamperings}. */
export type FileTampering = (typeof fileTamperings)[number];

/** Seqs of one partition of one context: a place is (topic × 1,024 + partition) × this + seq. */
const seqLimit = 2 ** 36;
const chainField = 15;

/** Alters the copy in `folder` in one way at a place chosen by chance; answers what was done, for the report of a miss. */
export function tamperFile(folder: string, kind: FileTampering, random: Random): string {
  if (kind.startsWith('seal')) return tamperSeals(folder, kind, random);
  const db = openSqlite(join(folder, 'events.sqlite'), 'events');
  try {
    return db.transaction(() => tamperEvents(db, kind, random, (context) => sealedSizes(folder, context)))();
  } finally {
    db.close();
  }
}

function tamperEvents(
  db: Database,
  kind: FileTampering,
  random: Random,
  sealedIn: (context: string) => ReadonlyMap<number, number>,
): string {
  // A partition with several events, and one of them.
  const key = pick(partitions(db), random);
  const rows = db
    .prepare<[number, number], Row>('SELECT * FROM events WHERE place BETWEEN ? AND ? ORDER BY place')
    .all(key * seqLimit, (key + 1) * seqLimit - 1);
  const head = { topic: Math.floor(key / 1024), partition: key % 1024 };
  // Behind the last seal stands its own record, which nothing but the chain protects.
  const context = db.prepare<[number], string>('SELECT name FROM contexts WHERE topic = ?').pluck().get(head.topic);
  const at = random(Math.min(rows.length, sealedIn(context ?? '').get(head.partition) ?? 1));
  const row = rows[at] as Row;
  const where = `${kind} at ${key}@${row.place % seqLimit} of ${rows.length}`;
  const set = (column: keyof Row, value: string | number): void =>
    void db.prepare(`UPDATE events SET ${column} = ? WHERE place = ?`).run(value, row.place);
  const setHead = (seq: number, hash: string): void =>
    void db
      .prepare('UPDATE heads SET seq = ?, chain_hash = ? WHERE topic = ? AND partition = ?')
      .run(seq, hash, head.topic, head.partition);
  const shift = (from: number, by: number): void => {
    // Out of the way first, so that no two stand at one place meanwhile.
    db.prepare('UPDATE events SET place = -(place + ?) WHERE place >= ? AND place < ?').run(
      by,
      from,
      (key + 1) * seqLimit,
    );
    db.exec('UPDATE events SET place = -place WHERE place < 0');
  };
  const insert = (one: Row): void =>
    void db
      .prepare('INSERT INTO events (place, stream_no, version, envelope, body) VALUES (?, ?, ?, ?, ?)')
      .run(one.place, one.stream_no, one.version, one.envelope, one.body);
  switch (kind) {
    case 'body': {
      const character = random(row.body.length);
      const other = row.body[character] === '7' ? '8' : '7';
      set('body', `${row.body.slice(0, character)}${other}${row.body.slice(character + 1)}`);
      return where;
    }
    case 'body-whitespace':
      set('body', row.body.replace('{', '{ '));
      return where;
    case 'envelope-field': {
      const fields = JSON.parse(row.envelope) as unknown[];
      const field = random(fields.length);
      fields[field] = another(fields[field]);
      set('envelope', JSON.stringify(fields));
      return `${where}, field ${field}`;
    }
    case 'envelope-text':
      set('envelope', random(2) === 0 ? `${row.envelope} ` : row.envelope.replace(',', ', '));
      return where;
    case 'version':
      set('version', row.version + 1_000 + random(9));
      return where;
    case 'stream': {
      const others = db
        .prepare<[number], number>('SELECT stream_no FROM streams WHERE stream_no <> ?')
        .pluck()
        .all(row.stream_no);
      db.prepare('UPDATE events SET stream_no = ?, version = 500 WHERE place = ?').run(pick(others, random), row.place);
      return where;
    }
    case 'order':
    case 'order-whole': {
      const other = rows[(at + 1 + random(rows.length - 1)) % rows.length] as Row;
      if (kind === 'order') {
        // The contents change places, what they say of their version does not.
        for (const [one, place] of [
          [row, other.place],
          [other, row.place],
        ] as const)
          db.prepare('UPDATE events SET envelope = ?, body = ? WHERE place = ?').run(one.envelope, one.body, place);
      } else {
        db.prepare('UPDATE events SET place = -1 WHERE place = ?').run(row.place);
        db.prepare('UPDATE events SET place = ? WHERE place = ?').run(row.place, other.place);
        db.prepare('UPDATE events SET place = ? WHERE place = -1').run(other.place);
      }
      return where;
    }
    case 'omission':
    case 'omission-renumbered':
      db.prepare('DELETE FROM events WHERE place = ?').run(row.place);
      if (kind === 'omission-renumbered') {
        shift(row.place + 1, -1);
        setHead(rows.length - 1, chainOf((rows.at(-1) === row ? rows.at(-2) : rows.at(-1)) ?? row));
      }
      return where;
    case 'addition': {
      shift(row.place, 1);
      insert({ ...row, version: 700, body: '{"added":true}' });
      setHead(rows.length + 1, chainOf(rows.at(-1) as Row));
      return where;
    }
    case 'addition-at-end': {
      const end = rows.at(-1) as Row;
      insert({ ...row, place: end.place + 1, version: 700 });
      setHead(rows.length + 1, chainOf(row));
      return where;
    }
    case 'doubling':
      shift(row.place + 1, 1);
      insert({ ...row, place: row.place + 1, version: 700 });
      return where;
    case 'moved-to-another-partition': {
      const others = partitions(db).filter((one) => one !== key && Math.floor(one / 1024) === head.topic);
      const other = pick(others, random);
      const last = db
        .prepare<[number], number>('SELECT max(place) FROM events WHERE place < ?')
        .pluck()
        .get((other + 1) * seqLimit) as number;
      db.prepare('UPDATE events SET place = ? WHERE place = ?').run(last + 1, row.place);
      return where;
    }
    case 'truncation':
      db.prepare('DELETE FROM events WHERE place >= ? AND place < ?').run(row.place, (key + 1) * seqLimit);
      return where;
    case 'truncation-with-heads': {
      cutEnd(db, rows.slice(at));
      if (at === 0) db.prepare('DELETE FROM heads WHERE topic = ? AND partition = ?').run(head.topic, head.partition);
      else setHead(at, chainOf(rows[at - 1] as Row));
      return where;
    }
    case 'rewritten-tail': {
      rewriteFrom(db, rows, at);
      const end = db.prepare<[number], Row>('SELECT * FROM events WHERE place = ?').get((rows.at(-1) as Row).place);
      setHead(rows.length, chainOf(end as Row));
      return where;
    }
    case 'head-seq':
      setHead(rows.length + (random(2) === 0 ? 1 : -1), chainOf(rows.at(-1) as Row));
      return where;
    case 'head-hash':
      setHead(rows.length, 'b'.repeat(64));
      return where;
    case 'head-removed':
      db.prepare('DELETE FROM heads WHERE topic = ? AND partition = ?').run(head.topic, head.partition);
      return where;
    case 'command-removed':
      db.prepare('DELETE FROM commands WHERE command_id = ?').run(commandOf(row));
      return where;
    case 'command-changed':
      db.prepare(
        random(2) === 0
          ? 'UPDATE commands SET last_seq = last_seq + 1, last_version = last_version + 1 WHERE command_id = ?'
          : 'UPDATE commands SET first_version = first_version - 1 WHERE command_id = ?',
      ).run(commandOf(row));
      return where;
    case 'stream-renamed':
      db.prepare("UPDATE streams SET stream = stream || 'x' WHERE stream_no = ?").run(row.stream_no);
      return where;
    default:
      throw new Error(`${kind} is not of events`);
  }
}

/** Removes the end of a partition from everything that speaks of it, as if it had never been. */
function cutEnd(db: Database, rows: readonly Row[]): void {
  for (const { place, stream_no, version } of rows.toReversed()) {
    db.prepare('DELETE FROM events WHERE place = ?').run(place);
    db.prepare('DELETE FROM commands WHERE stream_no = ? AND first_version >= ?').run(stream_no, version);
    const left = db.prepare('SELECT 1 FROM events WHERE stream_no = ?').get(stream_no);
    if (left === undefined) db.prepare('DELETE FROM streams WHERE stream_no = ?').run(stream_no);
    else
      db.prepare('UPDATE commands SET last_version = ?, last_seq = ? WHERE stream_no = ? AND last_version >= ?').run(
        version - 1,
        (place % seqLimit) - 1,
        stream_no,
        version,
      );
  }
}

/** Everything from here on made anew with right chain hashes: nothing but a seal tells. */
function rewriteFrom(db: Database, rows: readonly Row[], from: number): void {
  let previous = from === 0 ? genesisHash : chainOf(rows[from - 1] as Row);
  const partition = Math.floor((rows[0] as Row).place / seqLimit) % 1024;
  for (const [at, row] of rows.entries()) {
    if (at < from) continue;
    const fields = JSON.parse(row.envelope) as unknown[];
    const recordedAt = at === from ? later(String(fields[5])) : String(fields[5]);
    fields[5] = recordedAt;
    previous = chainHash(previous, partition, row.place % seqLimit, recordedAt, String(fields[14]));
    fields[chainField] = previous;
    db.prepare('UPDATE events SET envelope = ? WHERE place = ?').run(JSON.stringify(fields), row.place);
  }
}

function tamperSeals(folder: string, kind: FileTampering, random: Random): string {
  // Where there is one seal alone, nothing shows that there was one: whoever has it keeps it elsewhere.
  const several: readonly ContextName[] = ['ingestion', 'mpi-scoring'];
  const all: readonly ContextName[] = [...several, 'identity-verification'];
  const context = pick(kind === 'seal-dropped' ? several : all, random);
  const file = join(folder, 'seals', `${context}.jsonl`);
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const at = random(kind === 'seal-dropped' ? lines.length - 1 : lines.length);
  const line = lines[at] as string;
  const seal = JSON.parse(line) as SignedDocument<Seal>;
  const { document, signature } = seal;
  const partitions = document.partitions.map((one, index) => (index === 0 ? { ...one, root: 'a'.repeat(64) } : one));
  const put = (replaced: readonly string[]): void => writeFileSync(file, replaced.map((text) => `${text}\n`).join(''));
  const replaced = (by: object): void => put(lines.map((text, index) => (index === at ? JSON.stringify(by) : text)));
  const forger = createSigner({ keys: [createSigningKey(signature.name, document.sealedAt)], changes: [] });
  const where = `${kind} ${context} #${at + 1} of ${lines.length}`;
  switch (kind) {
    case 'seal-changed': {
      const changes = [
        { partitions },
        { eventsTotal: document.eventsTotal + 1 },
        { sealedAt: later(document.sealedAt) },
        { number: document.number + 1 },
        { partitions: document.partitions.slice(1) },
      ];
      replaced({ ...seal, document: { ...document, ...pick<object>(changes, random) } });
      return where;
    }
    case 'seal-resigned': {
      const before = at === 0 ? undefined : (JSON.parse(lines[at - 1] as string) as SignedDocument<Seal>);
      const { installation, sealedAt } = document;
      replaced(makeSeal(forger, before, { installation, context, sealedAt, partitions }));
      return where;
    }
    case 'seal-dropped':
      put(lines.filter((_text, index) => index !== at));
      return where;
    case 'seals-of-another-key': {
      // Keys and every seal made anew: only who knows the first key can tell.
      let before: SignedDocument<Seal> | undefined;
      const forged = lines.map((text) => {
        const { installation, sealedAt, partitions: old } = (JSON.parse(text) as SignedDocument<Seal>).document;
        before = makeSeal(forger, before, { installation, context, sealedAt, partitions: old });
        return JSON.stringify(before);
      });
      put(forged);
      return where;
    }
    case 'seal-line-cut':
      put(lines.map((text, index) => (index === at ? text.slice(0, 1 + random(text.length - 1)) : text)));
      return where;
    default:
      throw new Error(`${kind} is not of seals`);
  }
}

/** How many events of each partition the last seal of a context covers. */
function sealedSizes(folder: string, context: string): ReadonlyMap<number, number> {
  const lines = readFileSync(join(folder, 'seals', `${context}.jsonl`), 'utf8')
    .split('\n')
    .slice(0, -1);
  const { document } = JSON.parse(lines.at(-1) as string) as SignedDocument<Seal>;
  return new Map(document.partitions.map(({ partition, size }) => [partition, size]));
}

function partitions(db: Database): readonly number[] {
  return db
    .prepare<[], number>(`SELECT place / ${seqLimit} AS key FROM events GROUP BY key HAVING count(*) > 2 ORDER BY key`)
    .pluck()
    .all();
}

function another(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return `${value}x`;
  if (Array.isArray(value)) return [...(value as unknown[]), 'x'];
  return 'x';
}

const pick = <One>(list: readonly One[], random: Random): One => list[random(list.length)] as One;
const fieldOf = (row: Row, field: number): string => String((JSON.parse(row.envelope) as unknown[])[field]);
const chainOf = (row: Row): string => fieldOf(row, chainField);
const commandOf = (row: Row): string => fieldOf(row, 8);
const later = (time: string): string => new Date(Date.parse(time) + 1).toISOString();
