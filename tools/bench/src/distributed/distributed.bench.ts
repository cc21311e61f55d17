import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bestMongo, startKafka, startMongo } from '@faemban/native-servers';
import { openSqliteEvents } from '@faemban/store-sqlite';
import { makeLog } from '../made-log';
import type { BenchResult } from '../result';
import { benchMongoAppend } from './mongo-append';
import { benchPublished } from './published';

/** Households of the published log; each has two events of ingestion and two of scoring. */
const households = 30_000;

/**
 * What the distributed profile costs: appending to MongoDB, publishing, consuming, how late a consumer is, a view built anew from Kafka; each
 * beside the driver alone in the same run. Says which servers it ran on: what only speaks MongoDB's protocol is no measure of MongoDB.
 */
export async function benchDistributed(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-bench-'));
  const [kafka, mongo] = await Promise.all([startKafka(), startMongo(bestMongo())]);
  try {
    const servers = `Kafka (${kafka.source}, one node), ${mongo.name} (${mongo.source}), client on the same machine`;
    const events = await openSqliteEvents({ file: await makeLog(folder, households), clock: Date.now, readonly: true });
    try {
      return [
        ...(await benchMongoAppend(mongo, servers)),
        ...(await benchPublished({ brokers: kafka.brokers, mongo, owner: events.log, servers })),
      ];
    } finally {
      await events.close();
    }
  } finally {
    await Promise.all([kafka.remove(), mongo.remove()]);
    rmSync(folder, { recursive: true, force: true });
  }
}
