import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIds, type Append } from '@faemban/event-sourcing';
import { openSqliteEvents } from '@faemban/store-sqlite';
import { repeat, type Measured } from './measure';
import { payload } from './payload';

const ids = createIds({ clock: Date.now });

/** An append of surveys on a household's stream: of a new household with one event unless told otherwise. */
export function appendOf({
  householdId = ids.next(),
  version = 0,
  count = 1,
}: { readonly householdId?: string; readonly version?: number; readonly count?: number } = {}): Append {
  const commandId = ids.next();
  return {
    stream: `household-${householdId}`,
    partitionOf: householdId,
    expectedVersion: version === 0 ? 'none' : version,
    events: Array.from({ length: count }, () => ({ type: 'HouseholdSurveyed', data: { ...payload, householdId } })),
    commandDigest: commandId.replaceAll('-', '').padEnd(64, '0'),
    context: {
      commandId,
      actor: { accountId: 'bench', office: 'bench', role: 'SYS', channel: 'import' },
      area: '8417',
      occurredAt: new Date().toISOString(),
      correlationId: commandId,
    },
  };
}

/** One event appended and awaited, and a long stream loaded and folded, on a fresh events file. */
export async function measureOurs(how: {
  readonly appends: { readonly warmUp: number; readonly runs: number };
  readonly loads: { readonly warmUp: number; readonly runs: number };
  readonly eventsPerStream: number;
  readonly eventsPerAppend: number;
}): Promise<{ readonly append: Measured; readonly load: Measured }> {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-bench-'));
  try {
    const events = await openSqliteEvents({ file: join(folder, 'events.sqlite'), clock: Date.now });
    const store = events.store('ingestion');
    const append = await repeat(() => store.append(appendOf()), how.appends);
    const householdId = ids.next();
    for (let version = 0; version < how.eventsPerStream; version += how.eventsPerAppend) {
      await store.append(appendOf({ householdId, version, count: how.eventsPerAppend }));
    }
    const load = await repeat(async () => {
      let folded = 0;
      for (const event of await store.load(`household-${householdId}`))
        folded += (event.data as typeof payload).members.length;
      return folded;
    }, how.loads);
    await events.close();
    return { append, load };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
