import { openMongoEvents } from '@faemban/store-mongo';
import type { MongoProtocolServer } from '@faemban/native-servers';
import { createConnection } from 'mongoose';
import { measured, repeat, round, type Measured } from '../measure';
import { appendOf } from '../ours';
import { payloadBytes } from '../payload';
import type { BenchResult } from '../result';

const awaited = { warmUp: 50, runs: 300 };
const callers = 32;
const appendsPerCaller = 60;

/** Appends awaited one by one and by 32 callers, each beside one raw insert of the same bytes under a unique key. */
export async function benchMongoAppend(mongo: MongoProtocolServer, servers: string): Promise<BenchResult[]> {
  const database = `faemban-bench-${process.pid}`;
  const events = await openMongoEvents({
    ...{ url: mongo.url, database, contexts: ['ingestion'], clock: Date.now },
    capabilities: { replacesAtomically: mongo.name !== 'ferretdb' },
  });
  const connection = await createConnection(mongo.url, {
    dbName: database,
    writeConcern: { w: 'majority', journal: true },
    maxPoolSize: 20,
  }).asPromise();
  try {
    const store = events.store('ingestion');
    const raw = connection.collection<{ _id: string; body: Buffer }>('raw');
    const insert = () => {
      const { context, events: made } = appendOf();
      return raw.insertOne({ _id: context.commandId, body: Buffer.from(JSON.stringify([context, made])) });
    };
    const one = await repeat(() => store.append(appendOf()), awaited);
    const many = await byCallers(() => store.append(appendOf()));
    const rawOne = await repeat(insert, awaited);
    const rawMany = await byCallers(insert);
    return [
      resultOf('mongo-append-one', 'awaited', one, rawOne, servers),
      resultOf('mongo-append-32', `${callers} callers`, many, rawMany, servers),
    ];
  } finally {
    await events.close();
    await connection.dropDatabase();
    await connection.close();
  }
}

function resultOf(work: string, how: string, ours: Measured, floor: Measured, servers: string): BenchResult {
  return {
    work,
    unit: `1 event of ${payloadBytes} B, ${how}, answered with its place in the log, w:majority j:true; ${servers}`,
    ours: { ...ours },
    floor: { what: 'raw mongoose: one insertOne of the same bytes, no segment, no mark', figures: { ...floor } },
    ratio: round(ours.perSecond / floor.perSecond),
  };
}

async function byCallers(work: () => Promise<unknown>): Promise<Measured> {
  const latencies: number[] = [];
  const begun = performance.now();
  const caller = async () => {
    for (let at = 0; at < appendsPerCaller; at += 1) {
      const start = performance.now();
      await work();
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return measured(latencies, performance.now() - begun);
}
