import { createViewRunner } from '../views/view-runner';
import { defineTally, defineView, type Tally, type View } from '../views/define-view';
import { asViewShape } from '../views/view-shape';
import { generationParts, type EventLog, type GenerationRow, type ViewHandle, type ViewStore } from '../ports';
import type { ReplayFigures, ReplayOutcome, ReplayRequest } from '../parking/replay';
import { addFigures, noReplay } from '../parking/replay';
import type { Runner } from '../runners/runner';
import type { Upcasters } from '../upcasters';
import { commandContext } from './command-context';
import { createMemoryPlatform } from './memory-platform';

/** Where the programme of a {@link ParkingWorld} can be broken: an event of a value cannot be read, told, folded or shown. */
export const breakages = ['upcast', 'identify', 'fold', 'show'] as const;
export type Breakage = (typeof breakages)[number];

interface Note {
  readonly householdId: string;
  readonly value: number;
}
type Notes = readonly number[];

const context = 'case-management';

/**
 * Households with two streams each, a view and a tally over them whose rows depend on the order of events, and a programme that can be
 * broken and mended for single values. The value 0 removes a household.
 */
export class ParkingWorld {
  readonly platform = createMemoryPlatform({ partitionCount: 2 });
  readonly broken = new Set<string>();
  readonly view: View<{ readonly id: string; readonly notes: Notes; readonly last: number }>;
  readonly tally: Tally<Notes>;
  private readonly upcasters: Upcasters = {
    upcast: (event) => {
      this.failAt('upcast', (event.data as Note).value);
      return event;
    },
  };

  constructor() {
    const idOf: View['idOf'] = ({ data }) => {
      this.failAt('identify', (data as Note).value);
      return (data as Note).householdId;
    };
    const fold = (notes: Notes | undefined, { data }: { readonly data: unknown }): Notes | undefined => {
      const { value } = data as Note;
      this.failAt('fold', value);
      return value === 0 ? undefined : [...(notes ?? []), value];
    };
    const show = (notes: Notes): number => {
      const last = notes.at(-1) ?? 0;
      this.failAt('show', last);
      return last;
    };
    this.view = defineView({
      name: 'note-list',
      version: 1,
      idOf,
      slices: { [context]: fold },
      show: (slices: { [context]: Notes }, id) => ({ id, notes: slices[context], last: show(slices[context]) }),
      indexes: { byLast: ['last'] },
    });
    this.tally = defineTally<Notes>({
      name: 'note-figures',
      version: 1,
      context,
      idOf,
      fold,
      measures: ['households', 'notes'],
      contributions: (notes) => [
        {
          areas: { village: `841701010${show(notes) % 3}` },
          round: 'current',
          ruleset: 'r',
          from: `2021-03-0${notes.length % 9 || 9}`,
          add: new Map([
            [0, 1],
            [1, notes.reduce((sum, note) => sum + note, 0)],
          ]),
        },
      ],
    });
  }

  /** Records a note about a household, on one of its two streams. */
  async note(householdId: string, value: number, stream: 'household' | 'visit' = 'household'): Promise<void> {
    return this.record(`${stream}-${householdId}`, householdId, { householdId, value });
  }

  /** Records a note on any stream, in the partition of any household. */
  async record(stream: string, partitionOf: string, data: Note): Promise<void> {
    const events = [{ type: 'NoteTaken', data }];
    const place = { stream, partitionOf, expectedVersion: 'any', events } as const;
    const commandDigest = JSON.stringify(data);
    await this.platform.store(context).append({ ...place, context: commandContext(), commandDigest });
  }

  /** A runner of the view or the tally on a store of read models, not started. `change` replaces methods of its handle. */
  async runner(
    what: 'view' | 'tally',
    store: ViewStore,
    change: (handle: ViewHandle) => Partial<ViewHandle> = () => ({}),
    log: EventLog = this.platform.log,
  ): Promise<Runner> {
    const real = await store.open(asViewShape(this[what]));
    // Handles in memory are plain objects of functions.
    const handle = { ...real, ...change(real) };
    const { clock } = this.platform;
    const retry = { attemptsMax: 3, delayMs: 1, delayMsMax: 2 };
    const common = { log, handle, clock, upcasters: this.upcasters, retry, batchEventsMax: 3 };
    return createViewRunner(what === 'view' ? { view: this.view, ...common } : { tally: this.tally, ...common });
  }

  /** Everything a store has of the view or the tally: rows, counters, what is parked. */
  async rows(what: 'view' | 'tally', store: ViewStore): Promise<Readonly<Record<string, readonly GenerationRow[]>>> {
    const pinned = await (await store.generations(asViewShape(this[what]))).pin();
    const all = await Promise.all(
      generationParts.map(async (part) => [part, await pinned.rows(0, part, '', 10_000)] as const),
    );
    await pinned.close();
    return Object.fromEntries(all);
  }

  private failAt(where: Breakage, value: number): void {
    if (this.broken.has(`${where}-${value}`)) throw new TypeError(`cannot ${where} what is not known`);
  }
}

/** Asks a runner to replay until nothing is left to be asked for. */
export async function replayAll(
  runner: Pick<Runner, 'replay'>,
  request: Partial<ReplayRequest> = {},
): Promise<ReplayFigures> {
  let figures: ReplayFigures = noReplay;
  let outcome: ReplayOutcome = { ...noReplay, isEnd: false };
  while (!outcome.isEnd) {
    const next = outcome.next === undefined ? {} : { after: outcome.next };
    outcome = await runner.replay({ select: {}, isDryRun: false, ...request, ...next });
    figures = addFigures(figures, outcome);
  }
  return figures;
}
