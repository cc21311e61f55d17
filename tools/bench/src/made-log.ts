import { join } from 'node:path';
import {
  householdListed,
  householdScored,
  householdSurveyed,
  scoringInputRecorded,
  type ContextName,
} from '@faemban/contracts';
import { createIds, type Append } from '@faemban/event-sourcing';
import { areasOfLevel } from '@faemban/reference-data';
import { openSqliteEvents } from '@faemban/store-sqlite';

const appendsAtOnce = 1_000;
const province = '84';
/** About as many as there are. */
const villagesPerTambon = 8;

/** A household's first events are these four: listed, surveyed, the input its score keeps, its score. */
export const eventsPerHousehold = 4;

/**
 * Writes an events file of households as an import leaves it: the contracts' own examples, spread over the villages of province 84, a
 * fifth of the households failing something. Answers the file.
 */
export async function makeLog(folder: string, households: number): Promise<string> {
  const file = join(folder, 'events.sqlite');
  const events = await openSqliteEvents({ file, clock: Date.now });
  const ids = createIds({ clock: Date.now });
  const villages = areasOfLevel('tambon', province).flatMap(({ code }) =>
    Array.from({ length: villagesPerTambon }, (_, at) => `${code}${String(at + 1).padStart(2, '0')}01`),
  );
  try {
    for (let from = 0; from < households; from += appendsAtOnce) {
      const count = Math.min(appendsAtOnce, households - from);
      const made = Array.from({ length: count }, (_, at) => household(ids.next(), from + at, villages));
      for (const context of ['ingestion', 'mpi-scoring'] as const) {
        const appends = made.map((one) => appendOf(context, one, ids.next()));
        for (const result of await events.store(context).appendMany(appends)) if (!result.ok) throw result.error;
      }
    }
  } finally {
    await events.close();
  }
  return file;
}

interface MadeHousehold {
  readonly householdId: string;
  readonly area: object;
  readonly failed: boolean;
}

function household(householdId: string, at: number, villages: readonly string[]): MadeHousehold {
  const village = villages[at % villages.length] ?? '';
  const area = {
    sourceCode: village,
    village,
    tambon: village.slice(0, 6),
    municipality: null,
    district: village.slice(0, 4),
    province: village.slice(0, 2),
    crosswalkVersion: 'tpmap-2561.1',
  };
  return { householdId, area, failed: at % 5 === 0 };
}

function appendOf(
  context: Extract<ContextName, 'ingestion' | 'mpi-scoring'>,
  { householdId, area, failed }: MadeHousehold,
  commandId: string,
): Append {
  const poor = failed ? {} : { failedDimensions: [], isPoor: false, targetPersons: 0, failed: [] };
  const input = { ...scoringInputRecorded.examples[0].input, area };
  const events =
    context === 'ingestion'
      ? [
          { type: householdListed.type, data: { ...householdListed.examples[0], householdId, area } },
          { type: householdSurveyed.type, data: { ...householdSurveyed.examples[0], householdId, area } },
        ]
      : [
          { type: scoringInputRecorded.type, data: { ...scoringInputRecorded.examples[0], householdId, input } },
          { type: householdScored.type, data: { ...householdScored.examples[0], ...poor, householdId, area } },
        ];
  return {
    stream: `${context === 'ingestion' ? 'household' : 'score'}-${householdId}`,
    partitionOf: householdId,
    expectedVersion: 'none',
    events,
    commandDigest: commandId.replaceAll('-', '').padEnd(64, '0'),
    context: {
      commandId,
      actor: { accountId: 'bench', office: 'bench', role: 'SYS', channel: 'import' },
      area: householdId,
      occurredAt: new Date().toISOString(),
      correlationId: commandId,
    },
  };
}
