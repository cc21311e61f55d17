import type { EventLog, LoggedEvent } from '../ports';
import { appendsOfOnePartition } from '../testing/event-suite';
import { createMemoryPlatform } from '../testing/memory-platform';
import { MerkleFrontier } from './merkle';
import { leafHashOf, makeSeal } from './seals';
import { verifyWholeLog } from './verify-whole-log';

const context = 'ingestion';

async function aSealedLog() {
  const platform = createMemoryPlatform();
  const { store, log, seals, signer, installationId: installation, clock } = platform;
  await store(context).appendMany(appendsOfOnePartition(6));
  const partitions = [];
  for (const { partition, seq, chainHash } of await log.heads(context)) {
    if (seq === 0) continue;
    const tree = MerkleFrontier.empty();
    for (const place of await log.places(context, partition, 0, seq)) tree.add(leafHashOf(place));
    partitions.push({ partition, size: seq, root: tree.root().toString('hex'), chainHash });
  }
  const sealedAt = new Date(clock()).toISOString();
  await seals.append(makeSeal(signer, undefined, { installation, context, sealedAt, partitions }));
  const verify = (over: Partial<EventLog> = {}) =>
    verifyWholeLog({ log: { ...log, ...over }, contexts: [context], seals, signer, installation });
  return { log, verify, sealed: partitions[0]?.partition ?? -1 };
}

describe('verifying whole logs as they are served', () => {
  test('finds nothing wrong with what was recorded and sealed', async () => {
    const { verify } = await aSealedLog();
    expect(await verify()).toMatchObject({
      ...{ verdict: 'unaltered', events: 6, partitions: 4, seals: 1, sealedEvents: 6 },
      ...{ findings: [], findingsTotal: 0, sealFaults: [] },
    });
  });

  test('names the first event that was altered', async () => {
    const { log, verify, sealed } = await aSealedLog();
    const altered = (events: readonly LoggedEvent[]) =>
      events.map((event) => (event.seq === 3 ? { ...event, data: { value: 'other' } } : event));
    const found = await verify({ read: async (...asked) => altered(await log.read(...asked)) });
    expect(found).toMatchObject({ verdict: 'altered', findings: [{ partition: sealed, seq: 3, code: 'altered' }] });
  });

  test('finds that what had been sealed was cut off the end, head and all', async () => {
    const { log, verify } = await aSealedLog();
    const heads: EventLog['heads'] = async (of) =>
      Promise.all(
        (await log.heads(of)).map(async (head) => {
          const [last] = head.seq === 0 ? [] : await log.read(of, head.partition, head.seq - 2, 1);
          return last === undefined ? head : { ...head, seq: last.seq, chainHash: last.chainHash };
        }),
      );
    expect(await verify({ heads })).toMatchObject({ verdict: 'altered', findings: [{ code: 'cut-off', seq: 6 }] });
  });
});
