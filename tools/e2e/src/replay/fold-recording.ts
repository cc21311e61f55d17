import {
  catalogueUpcasters,
  createFolder,
  sumDifferences,
  type Aggregate,
  type LoggedEvent,
  type ParkedEvent,
  type Put,
  type StoredSlices,
  type Tally,
  type TallyDifference,
  type View,
} from '@faemban/event-sourcing';
import { identityVerificationAggregates } from '@faemban/identity-verification';
import { ingestionAggregates } from '@faemban/ingestion';
import { mpiScoringAggregates, mpiScoringReadModels } from '@faemban/mpi-scoring';
import { reportingReadModels } from '@faemban/reporting';

/* eslint-disable @typescript-eslint/no-explicit-any -- aggregates and read models of different states in one list */

/** What recorded streams come to: every aggregate's state by stream, every view's documents by id, every tally's sums by area and series. */
export interface Folded {
  readonly aggregates: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly views: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly tallies: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The fold version of every aggregate that snapshots are taken of; recordings before 0.3 have none. */
  readonly folds?: Readonly<Record<string, number>>;
  /** Nothing of a recording may be parked. */
  readonly parked: readonly Pick<ParkedEvent, 'view' | 'eventId' | 'message'>[];
}

/** Every aggregate that keeps a state. Seals and rebuilds say what happened and decide nothing but "once". */
const aggregates: readonly Aggregate<any, any, any>[] = [
  ...ingestionAggregates,
  ...identityVerificationAggregates,
  ...mpiScoringAggregates,
];
const views: readonly View<any>[] = [...mpiScoringReadModels.views, ...reportingReadModels.views];
const tallies: readonly Tally<any>[] = reportingReadModels.tallies;

/** Folds recorded events, in the order of their partitions, with today's code and its upcasters. Pure. */
export function foldRecording(events: readonly LoggedEvent[]): Folded {
  const foldedViews = views.map((view) => [view.name, foldReadModel(view, events)] as const);
  const foldedTallies = tallies.map((tally) => [tally.name, foldReadModel(tally, events)] as const);
  const parked = [...foldedViews, ...foldedTallies].flatMap(([, folded]) => folded.parked);
  return {
    aggregates: Object.fromEntries(aggregates.map((aggregate) => [aggregate.name, statesOf(aggregate, events)])),
    views: Object.fromEntries(foldedViews.map(([name, { documents }]) => [name, documents])),
    tallies: Object.fromEntries(
      foldedTallies.map(([name, { differences }], index) => [name, sumsOf(tallies[index] as Tally, differences)]),
    ),
    folds: Object.fromEntries(
      aggregates.flatMap(({ name, snapshots }) => (snapshots ? [[name, snapshots.foldVersion]] : [])),
    ),
    parked: parked.map(({ view, eventId, message }) => ({ view, eventId, message })),
  };
}

function statesOf(
  { name, context, decider }: Aggregate<any, any, any>,
  events: readonly LoggedEvent[],
): Record<string, unknown> {
  const states = new Map<string, unknown>();
  for (const event of events) {
    if (event.context !== context || !event.stream.startsWith(`${name}-`)) continue;
    const before = states.get(event.stream) ?? decider.initialState;
    states.set(event.stream, decider.evolve(before, catalogueUpcasters.upcast(event)));
  }
  return sortedByKey(states);
}

interface FoldedReadModel {
  readonly documents: Record<string, unknown>;
  readonly differences: readonly TallyDifference[];
  readonly parked: readonly ParkedEvent[];
}

function foldReadModel(readModel: View<any> | Tally<any>, events: readonly LoggedEvent[]): FoldedReadModel {
  const folder = createFolder(readModel);
  const stored = new Map<string, StoredSlices>();
  const differences: TallyDifference[] = [];
  const parked: ParkedEvent[] = [];
  for (const context of folder.shape.contexts) {
    for (const some of byPartition(events.filter((event) => event.context === context))) {
      const identified = folder.identify(some);
      const folded = folder.fold({ context, identified, stored, parkedIds: new Set(), parkedAt: '' });
      for (const { id, slices } of folded.puts as readonly Put[]) stored.set(id, slices);
      for (const id of folded.removals) stored.delete(id);
      differences.push(...folded.tallies);
      parked.push(...folded.parked);
    }
  }
  const documents = new Map<string, unknown>();
  for (const [id, slices] of stored) {
    const states = Object.fromEntries(Object.entries(slices).map(([context, { state }]) => [context, state]));
    const shown = folder.shape.show(states, id);
    if (shown !== undefined) documents.set(id, shown);
  }
  return { documents: sortedByKey(documents), differences, parked };
}

/** What the tally answers today and answered on every day on which it learned something, for every series, by area: measures above 0. */
function sumsOf({ measures }: Tally, differences: readonly TallyDifference[]): Record<string, unknown> {
  const sums = new Map<string, unknown>();
  const knownDays = [...new Set(differences.map(({ knownDay }) => knownDay))].sort();
  const validDays = [...new Set(differences.map(({ validDay }) => validDay))].sort();
  const series = new Map(
    differences.map(({ level, round, ruleset }) => [`${ruleset} ${round} ${level}`, { level, round, ruleset }]),
  );
  for (const [name, { level, round, ruleset }] of series) {
    for (const asKnownAt of knownDays) {
      for (const asOf of validDays) {
        const question = { under: '', level, round, ruleset, asOf, asKnownAt };
        for (const { area, sums: amounts } of sumDifferences(differences, question, measures.length)) {
          const told = measures.flatMap((measure, index) => (amounts[index] ? [[measure, amounts[index]]] : []));
          sums.set(`${name} ${area} as of ${asOf} as known at ${asKnownAt}`, Object.fromEntries(told));
        }
      }
    }
  }
  return sortedByKey(sums);
}

function byPartition(events: readonly LoggedEvent[]): readonly LoggedEvent[][] {
  const partitions = new Map<number, LoggedEvent[]>();
  for (const event of events) {
    const partition = partitions.get(event.partition) ?? [];
    partitions.set(event.partition, partition);
    partition.push(event);
  }
  return [...partitions.values()];
}

/** As JSON has it: what is folded is compared with what was written down. */
function sortedByKey(map: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const entries = [...map].sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.parse(JSON.stringify(Object.fromEntries(entries))) as Record<string, unknown>;
}
