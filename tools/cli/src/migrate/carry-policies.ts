import { isDeepStrictEqual } from 'node:util';
import {
  unfinishedStates,
  vectorKey,
  type ParkedEvent,
  type ParkedEvents,
  type PolicyHandle,
  type PolicyStore,
  type RebuildRecord,
  type Refusal,
} from '@faemban/event-sourcing';
import type { PolicyRecord } from '@faemban/store-sqlite';
import { MigrationRefused, type MigrationWatch, type ServiceState } from './order';

const pageSequences = 200;
const everyEvent = Number.MAX_SAFE_INTEGER;

/** What came of one policy. */
export interface CarriedPolicy {
  readonly key: string;
  /** Events it has worked. */
  readonly events: number;
  readonly refusals: number;
  readonly parked: number;
}

/**
 * Puts a policy where it stood, so that it goes on there and does nothing again, with the refusals it met and the events it has parked.
 * Repeated, it comes to what the source has now.
 * @param partitionOf in which partition a refused event stands
 */
export async function carryPolicy(
  record: PolicyRecord,
  store: PolicyStore,
  partitionOf: (eventId: string) => number,
  watch: Pick<MigrationWatch, 'beforeWrite'>,
): Promise<void> {
  const { context } = record;
  const handle = await store.open({ key: record.key, context });
  const there = await parkedIn(handle);
  const stands = await handle.checkpoint();
  const { latest } = await handle.refusals(record.refusals.length);
  const met = new Set(refusalTexts(latest));
  const missing = record.refusals.filter((refusal) => !met.has(textOf(refusal)));
  const refusals = Map.groupBy(missing, ({ eventId }) => partitionOf(eventId));
  for (const [key, toSeq] of Object.entries(record.checkpoint)) {
    const partition = Number(key.slice(vectorKey(context, 0).length - 1));
    const ofPartition = (event: ParkedEvent): boolean => event.partition === partition;
    const wanted = record.parked.filter(ofPartition);
    const known = there.filter(ofPartition);
    const stale = known.filter((event) => !wanted.some((one) => isDeepStrictEqual(one, event)));
    if (stale.length > 0) {
      await watch.beforeWrite('policy');
      const taken = stale.map(({ id, seq }) => ({ id, seq }));
      await handle.release({ partition, taken, refusals: [], parked: [] });
    }
    const parked = wanted.filter((event) => !known.some((one) => isDeepStrictEqual(one, event)));
    const refused = refusals.get(partition) ?? [];
    if (stands[key] === toSeq && parked.length === 0 && refused.length === 0) continue;
    await watch.beforeWrite('policy');
    await handle.advance({ partition, toSeq, refusals: refused, parked });
  }
}

/** Checks that a policy stands where it stood, with all that is kept of it. @throws MigrationRefused */
export async function verifyPolicy(record: PolicyRecord, store: PolicyStore): Promise<CarriedPolicy> {
  const handle = await store.open({ key: record.key, context: record.context });
  const checkpoint = await handle.checkpoint();
  const { total, latest } = await handle.refusals(record.refusals.length + 1);
  const parked = await parkedIn(handle);
  const isSame =
    isDeepStrictEqual(sortedEntries(checkpoint), sortedEntries(record.checkpoint)) &&
    total === record.refusals.length &&
    isDeepStrictEqual(refusalTexts(latest), refusalTexts(record.refusals)) &&
    isDeepStrictEqual(parkedTexts(parked), parkedTexts(record.parked));
  if (!isSame) throw policyDiffers(record.key);
  const events = Object.values(record.checkpoint).reduce((sum, seq) => sum + seq, 0);
  return { key: record.key, events, refusals: total, parked: parked.length };
}

/**
 * Keeps what is written down of rebuilds that have ended. One that has not would be taken up with generations that are not there.
 * Answers how many.
 */
export async function carryRebuilds(
  texts: readonly string[],
  rebuilds: ServiceState['rebuilds'],
  watch: Pick<MigrationWatch, 'beforeWrite'>,
): Promise<number> {
  const there = new Set(await rebuilds.rebuilds());
  const ended = texts.filter((text) => !unfinishedStates.includes((JSON.parse(text) as RebuildRecord).state));
  for (const text of ended) {
    if (there.has(text)) continue;
    await watch.beforeWrite('rebuild');
    await rebuilds.saveRebuild((JSON.parse(text) as RebuildRecord).rebuildId, text);
  }
  return ended.length;
}

/** Everything that is parked, page by page. */
async function parkedIn(handle: Pick<PolicyHandle, 'parkedSequences' | 'parkedOf'>): Promise<readonly ParkedEvent[]> {
  const events: ParkedEvent[] = [];
  let after: Parameters<ParkedEvents['parkedSequences']>[0]['after'];
  for (;;) {
    const find = { limit: pageSequences, ...(after === undefined ? {} : { after }) };
    const sequences = await handle.parkedSequences(find);
    for (const sequence of sequences) events.push(...(await handle.parkedOf(sequence, everyEvent)));
    const last = sequences.at(-1);
    if (last === undefined) return events;
    after = { context: last.context, id: last.id, partition: last.partition };
  }
}

const sortedEntries = (vector: Readonly<Record<string, number>>) => Object.entries(vector).sort(byText);
const byText = ([one]: readonly [string, number], [other]: readonly [string, number]): number => (one < other ? -1 : 1);
const textOf = ({ eventId, rule, at }: Refusal): string => `${eventId} ${rule} ${at}`;
const refusalTexts = (refusals: readonly Refusal[]): readonly string[] => refusals.map(textOf).sort();
const parkedTexts = (events: readonly ParkedEvent[]): readonly string[] =>
  events
    .map(({ view, context, partition, seq, id, eventId, cause, code, message, attempts, parkedAt }) =>
      JSON.stringify([view, context, partition, seq, id, eventId, cause, code, message, attempts, parkedAt]),
    )
    .sort();

const policyDiffers = (key: string): MigrationRefused =>
  new MigrationRefused({
    th: `สถานะของนโยบาย ${key} ในฐานข้อมูลไม่ตรงกับโฟลเดอร์ข้อมูล โปรดลบฐานข้อมูลแล้วเริ่มย้ายใหม่`,
    en: `The policy ${key} does not stand in the database where it stands in the data folder. Drop the databases and begin anew.`,
  });
