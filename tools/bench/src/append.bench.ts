import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore } from '@faemban/event-sourcing';
import { openSqlite, openSqliteEvents } from '@faemban/store-sqlite';
import { measured, repeat, round, type Measured } from './measure';
import { appendOf } from './ours';
import { payloadBytes } from './payload';
import type { BenchResult } from './result';

const awaited = { warmUp: 500, runs: 5_000 };
const callers = 32;
const appendsPerCaller = 1_500;

/** Appends one awaited after another, and by 32 callers at once, each beside the same rows written raw with the same durability. */
export async function benchAppend(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-bench-'));
  try {
    const events = await openSqliteEvents({ file: join(folder, 'events.sqlite'), clock: Date.now });
    const store = events.store('ingestion');
    const one = await repeat(() => store.append(appendOf()), awaited);
    const many = await byCallers(store);
    await events.close();
    const rawOne = await rawAppends(join(folder, 'raw-one.sqlite'), 1);
    const rawMany = await rawAppends(join(folder, 'raw-many.sqlite'), callers);
    const durability = 'WAL, synchronous=FULL';
    return [
      resultOf('append-one', `1 event of ${payloadBytes} B awaited, ${durability}`, one, rawOne, '≥ 0.8 × floor'),
      resultOf(
        'append-32',
        `1 event of ${payloadBytes} B, ${callers} callers, ${durability}`,
        many,
        rawMany,
        '≥ 0.7 × floor',
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function resultOf(work: string, unit: string, ours: Measured, floor: Measured, aim: string): BenchResult {
  return {
    work,
    unit,
    ours: { ...ours },
    floor: {
      what: 'raw better-sqlite3: same rows and indexes, same commits, no hash, no envelope',
      figures: { ...floor },
    },
    ratio: round(ours.perSecond / floor.perSecond),
    aim,
  };
}

async function byCallers(store: EventStore): Promise<Measured> {
  const latencies: number[] = [];
  const begun = performance.now();
  const caller = async () => {
    for (let at = 0; at < appendsPerCaller; at += 1) {
      const start = performance.now();
      await store.append(appendOf());
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return measured(latencies, performance.now() - begun);
}

/** The floor: the same bytes into tables of the same shape, `perCommit` events a transaction, without anything else. */
async function rawAppends(file: string, perCommit: number): Promise<Measured> {
  const database = openSqlite(file, 'events');
  database.exec(`
    CREATE TABLE events (topic INTEGER, partition INTEGER, seq INTEGER, stream_no INTEGER, version INTEGER, envelope TEXT, body TEXT,
      PRIMARY KEY (topic, partition, seq)) WITHOUT ROWID;
    CREATE UNIQUE INDEX by_stream ON events (stream_no, version);
    CREATE TABLE streams (stream_no INTEGER PRIMARY KEY, topic INTEGER, stream TEXT, version INTEGER, UNIQUE (topic, stream));
    CREATE TABLE commands (command_id TEXT PRIMARY KEY, digest BLOB, stream_no INTEGER, version INTEGER) WITHOUT ROWID;
  `);
  const event = database.prepare('INSERT INTO events VALUES (1, ?, ?, ?, 1, ?, ?)');
  const stream = database.prepare('INSERT INTO streams VALUES (?, 1, ?, 1)');
  const command = database.prepare('INSERT INTO commands VALUES (?, ?, ?, 1)');
  const seqs = new Int32Array(32);
  let streams = 0;
  const commit = database.transaction(() => {
    for (let at = 0; at < perCommit; at += 1) {
      const { stream: name, events, context, commandDigest } = appendOf();
      streams += 1;
      const partition = streams % 32;
      const seq = ((seqs[partition] ?? 0) + 1) as number;
      seqs[partition] = seq;
      stream.run(streams, name);
      event.run(partition, seq, streams, JSON.stringify(context), JSON.stringify(events[0]?.data));
      command.run(context.commandId, Buffer.from(commandDigest, 'hex'), streams);
    }
  });
  const commits = perCommit === 1 ? awaited : { warmUp: 50, runs: appendsPerCaller };
  const perCommitMeasured = await repeat(() => commit(), commits);
  database.close();
  return { ...perCommitMeasured, runs: commits.runs * perCommit, perSecond: perCommitMeasured.perSecond * perCommit };
}
