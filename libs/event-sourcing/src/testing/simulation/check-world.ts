import { genesisHash, chainHash } from '../../integrity/hashing';
import type { LoggedEvent, ViewHandle } from '../../ports';
import { defineView } from '../../views/define-view';
import type { SimulatedDatabase } from './simulated-database';

interface Note {
  readonly householdId: string;
  readonly value: number;
}

/** The view of the simulation: of every household, how many notes were taken, their sum, and the last one. Order and doubling show in it. */
export const noteSums = defineView<{ count: number; sum: number; last: number }>({
  name: 'note-sums',
  version: 1,
  idOf: ({ data }) => (data as Note).householdId,
  slices: {
    'case-management': (slice: { count: number; sum: number; last: number } | undefined, { data }) => {
      const { value } = data as Note;
      return { count: (slice?.count ?? 0) + 1, sum: (slice?.sum ?? 0) * 7 + value, last: value };
    },
  },
  show: (slices: Record<string, { count: number; sum: number; last: number }>) => slices['case-management'],
  indexes: { byCount: ['count'] },
});

/** What of the promises does not hold at the end of a run, in words. */
export async function checkWorld(
  database: SimulatedDatabase,
  acknowledged: readonly { readonly commandId: string; readonly values: readonly number[] }[],
  views: ViewHandle,
): Promise<readonly string[]> {
  const violations: string[] = [];
  const log: LoggedEvent[] = [];
  for (let partition = 0; partition < database.partitionCount; partition += 1) {
    const events = database.eventsOf(partition);
    violations.push(...checkPartition(partition, events));
    log.push(...events);
  }
  violations.push(...checkStreams(log));
  for (const { commandId, values } of acknowledged) {
    const told = log.filter((event) => event.commandId === commandId).map(({ data }) => (data as Note).value);
    if (JSON.stringify(told) !== JSON.stringify(values)) {
      violations.push(`command ${commandId} said ${JSON.stringify(values)}, the log has ${JSON.stringify(told)}`);
    }
  }
  violations.push(...(await checkView(log, views)));
  return violations;
}

function checkPartition(partition: number, events: readonly LoggedEvent[]): readonly string[] {
  const violations: string[] = [];
  let previous = genesisHash;
  let recordedAt = '';
  for (const [at, event] of events.entries()) {
    const where = `partition ${partition}, place ${at + 1}`;
    if (event.seq !== at + 1) violations.push(`${where}: seq ${event.seq}`);
    if (event.recordedAt < recordedAt) violations.push(`${where}: the recorded time goes back`);
    recordedAt = event.recordedAt;
    previous = chainHash(previous, partition, event.seq, recordedAt, event.contentHash);
    if (event.chainHash !== previous) violations.push(`${where}: the chain is broken`);
  }
  return violations;
}

function checkStreams(log: readonly LoggedEvent[]): readonly string[] {
  const violations: string[] = [];
  const versions = new Map<string, number>();
  for (const { stream, version } of log) {
    const wanted = (versions.get(stream) ?? 0) + 1;
    if (version !== wanted) violations.push(`${stream}: version ${version} stands where ${wanted} belongs`);
    versions.set(stream, version);
  }
  return violations;
}

async function checkView(log: readonly LoggedEvent[], views: ViewHandle): Promise<readonly string[]> {
  const fold = noteSums.slices['case-management'];
  const fresh = new Map<string, unknown>();
  for (const event of log) {
    const { householdId } = event.data as Note;
    fresh.set(householdId, fold?.(fresh.get(householdId) as undefined, event));
  }
  const shown = await views.get([...fresh.keys()]);
  const violations: string[] = [];
  for (const [id, wanted] of fresh) {
    const found = JSON.stringify(shown.get(id));
    if (found !== JSON.stringify(wanted))
      violations.push(`the view shows ${found} of ${id}, not ${JSON.stringify(wanted)}`);
  }
  return violations;
}
