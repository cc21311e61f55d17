import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chainHash, contentHashOf, genesisHash, serializeData, type ContentFields } from '@faemban/event-sourcing';
import { openSqliteEvents } from '@faemban/store-sqlite';
import { repeat, round } from './measure';
import { appendOf } from './ours';
import { payload, payloadBytes } from './payload';
import type { BenchResult } from './result';

const batch = 1_000;
const runs = { warmUp: 5, runs: 30 };

/** What hashing and chaining one event costs beside recording it durably in a batch, where recording is cheapest. */
export async function benchChain(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-bench-'));
  try {
    const events = await openSqliteEvents({ file: join(folder, 'events.sqlite'), clock: Date.now });
    const store = events.store('ingestion');
    const appending = await repeat(async () => {
      for (const result of await store.appendMany(Array.from({ length: batch }, () => appendOf()))) {
        if (!result.ok) throw result.error;
      }
    }, runs);
    await events.close();
    const body = serializeData(payload);
    const { stream, context } = appendOf();
    const fields: ContentFields = {
      id: context.commandId,
      type: 'HouseholdSurveyed',
      context: 'ingestion',
      schemaVersion: 1,
      stream,
      version: 1,
      occurredAt: context.occurredAt,
      area: context.area,
      actor: context.actor,
      commandId: context.commandId,
      correlationId: context.correlationId,
      subjects: [stream],
    };
    let previous = genesisHash;
    const hashing = await repeat(() => {
      for (let seq = 1; seq <= batch; seq += 1) {
        previous = chainHash(previous, 0, seq, context.occurredAt, contentHashOf(fields, body));
      }
    }, runs);
    const perEvent = (p50Ms: number): number => round((p50Ms * 1000) / batch);
    return [
      {
        work: 'hash-chain',
        unit: `content hash and chain hash of an event of ${payloadBytes} B, microseconds; beside appends of ${batch} at once, fsync`,
        ours: { microsecondsPerEvent: perEvent(hashing.p50Ms), eventsPerSecond: hashing.perSecond * batch },
        floor: {
          what: 'the whole append of one event in a batch, hashing included',
          figures: { microsecondsPerEvent: perEvent(appending.p50Ms), eventsPerSecond: appending.perSecond * batch },
        },
        ratio: round(hashing.p50Ms / appending.p50Ms),
        aim: '≤ 0.1 of append',
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
