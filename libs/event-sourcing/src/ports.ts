import type { ContextName } from '@faemban/contracts';
import type { CommandContext, DomainEvent, NewEvent, RecordedEvent } from './events';
import type { ParkedEvents, TakenEvent } from './parking/parked';

/** 256 KiB: the largest serialised `data` of one event, refused at append on both profiles. */
export const eventBytesMax = 256 * 1024;
/** 1 MiB: the largest sum over the events of one command. */
export const commandBytesMax = 1024 * 1024;
/** Default number of partitions; fixed at installation and checked at every start. */
export const partitionCountDefault = 32;

/** One command's wish to record events on one stream. */
export interface Append {
  readonly stream: string;
  /** The household whose partition the stream lives in, or 'self' where the stream hashes its own name. */
  readonly partitionOf: string;
  readonly expectedVersion: number | 'none' | 'any';
  readonly events: readonly NewEvent<DomainEvent>[];
  readonly context: CommandContext;
  /** SHA-256 (hex) over the command alone, never time or actor: tells a repeated command from a reused id. */
  readonly commandDigest: string;
  /** Schema version per event type; 1 where absent. */
  readonly schemaVersions?: Readonly<Record<string, number>>;
}

/** Where the events of an accepted command stand. `repeated` when the command had been accepted before. */
export interface Appended {
  readonly commandId: string;
  readonly stream: string;
  readonly partition: number;
  readonly firstVersion: number;
  readonly lastVersion: number;
  readonly lastSeq: number;
  readonly eventIds: readonly string[];
  readonly repeated: boolean;
}

/** The outcome of one append among many: stored, or refused on its own. */
export type AppendResult =
  { readonly ok: true; readonly appended: Appended } | { readonly ok: false; readonly error: Error };

/** One context's streams. */
export interface EventStore {
  /**
   * Records all events or none, at the expected version, durably before it answers.
   * @throws WrongExpectedVersion | CommandIdReused | EventTooLarge | PartitionMismatch | OutcomeUnknown
   */
  append(append: Append): Promise<Appended>;
  /** One durable write, each append judged on its own, results in the order asked. Refusals do not stop the others. */
  appendMany(appends: readonly Append[]): Promise<readonly AppendResult[]>;
  /** What became of an accepted command; undefined when none was accepted under this id. */
  outcomeOf(commandId: string): Promise<(Appended & { readonly commandDigest: string }) | undefined>;
  /** Events of a stream in version order, read in bounded pages. An unknown stream is empty. */
  read(
    stream: string,
    range?: { readonly fromVersion?: number; readonly toVersion?: number },
  ): AsyncIterable<RecordedEvent>;
  /** All events of a stream as one array; for streams known to be short. */
  load(stream: string): Promise<readonly RecordedEvent[]>;
}

/** The end of one partition's sequence. `seq` 0 and a zero hash when nothing was recorded yet. */
export interface Head {
  readonly partition: number;
  readonly seq: number;
  readonly chainHash: string;
  readonly recordedAt: string | null;
}

/** An event with the chain hash at its place: h(seq) = SHA-256(h(seq−1), partition, seq, recordedAt, contentHash). */
export type LoggedEvent = RecordedEvent & { readonly chainHash: string };

/** An event's place in the log, and the hashes of it and of everything before it. */
export type LogPlace = Pick<LoggedEvent, 'partition' | 'seq' | 'recordedAt' | 'contentHash' | 'chainHash' | 'type'>;

/** Ends a subscription; calling it again does nothing. */
export type Unsubscribe = () => void;

/** The published log: per (context, partition) a dense, gap-free sequence from 1, in commit order. */
export interface EventLog {
  readonly partitionCount: number;
  heads(context: ContextName): Promise<readonly Head[]>;
  /** Events with seq in (afterSeq, afterSeq + limit], in order. */
  read(context: ContextName, partition: number, afterSeq: number, limit: number): Promise<readonly LoggedEvent[]>;
  /** Where these events stand and what they hash to, without their contents: a fraction of what reading them costs. */
  places(context: ContextName, partition: number, afterSeq: number, limit: number): Promise<readonly LogPlace[]>;
  /** A wake-up, never the truth: something may have been appended. */
  onAppended(wake: () => void): Unsubscribe;
  /**
   * The partitions that are this process's to work, where several processes share them: `heads` answers only those. Absent where all
   * are, as in the embedded profile. Reading is not restricted.
   */
  assigned?(): ReadonlySet<number>;
  /** Calls with the partitions whenever others are assigned. */
  onAssigned?(told: (partitions: ReadonlySet<number>) => void): Unsubscribe;
  /** Looks now at what the owners of the contexts have, so that `heads` afterwards is at least that. Present where `heads` may be late. */
  compareWithOwners?(): Promise<void>;
}

/** (context, partition) → the last seq applied. Keys are `${context}/${partition}`; absent means 0. */
export type Vector = Readonly<Record<string, number>>;
/** The key of a partition in a {@link Vector}. */
export const vectorKey = (context: ContextName, partition: number): string => `${context}/${partition}`;

/** Whether two vectors name the same places. */
export function isSameVector(one: Vector, other: Vector): boolean {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => (one[key] ?? 0) === (other[key] ?? 0));
}

/** Whether everything that the other vector names has been reached. */
export function hasReached(vector: Vector, other: Vector): boolean {
  return Object.keys(other).every((key) => (vector[key] ?? 0) >= (other[key] ?? 0));
}

/** A household's slices in one view: per context the folded state and the last seq that changed it. */
export interface StoredSlices {
  readonly [context: string]: { readonly lastSeq: number; readonly state: unknown };
}

/** The value of an index field. */
export type IndexValue = string | number | null;

/** What a view store must know of a view. */
export interface ViewShape {
  readonly name: string;
  readonly version: number;
  readonly contexts: readonly ContextName[];
  /** Index name → the fields of the shown document it is over, in order. */
  readonly indexes: Readonly<Record<string, readonly string[]>>;
  /** Names of the measures, for a tally; absent for a document view. */
  readonly measures?: readonly string[];
  /** The document made of a row's slices (per context its state), pure; undefined when there is nothing to show. Computed at read. */
  readonly show: (states: Readonly<Record<string, unknown>>, id: string) => object | undefined;
}

/** One changed row: its slices, and the values of its indexed fields; `indexed` is undefined when there is nothing to show. */
export interface Put {
  readonly id: string;
  readonly slices: StoredSlices;
  readonly indexed: Readonly<Record<string, IndexValue>> | undefined;
}

/** A difference to book: one vector under (level, area, round, ruleset, valid day, known day). Sparse: measure index → amount. */
export interface TallyDifference {
  readonly level: string;
  readonly area: string;
  readonly round: string;
  readonly ruleset: string;
  readonly validDay: string;
  readonly knownDay: string;
  readonly add: ReadonlyMap<number, number>;
}

/** An event that could not be applied, kept behind its household's failed one, in order. */
export interface ParkedEvent {
  readonly view: string;
  readonly context: ContextName;
  readonly partition: number;
  readonly seq: number;
  /** The document (household) that is parked. */
  readonly id: string;
  readonly eventId: string;
  /** The class of the failure (`poison`, `invalid`), or `behind` for those that wait behind a failed one. */
  readonly cause: string;
  /** A short name that is the same for every event that failed like this. */
  readonly code: string;
  readonly message: string;
  /** How often it was tried. */
  readonly attempts: number;
  /** When it was parked; it stays when a replay fails. */
  readonly parkedAt: string;
}

/** One step of a view: events (fromSeq … toSeq) of one partition of one context, with everything they change. Applied with its checkpoint, once. */
export interface ViewBatch {
  readonly context: ContextName;
  readonly partition: number;
  /** The first seq of the batch: the checkpoint must stand at fromSeq − 1. */
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly epoch: number;
  readonly puts: readonly Put[];
  readonly removals: readonly string[];
  readonly tallies: readonly TallyDifference[];
  readonly parked: readonly ParkedEvent[];
}

/**
 * What a replay of parked events changes in one partition of one context, at once. Parked events that were taken and are not among
 * `parked` have been applied; those that are stay parked, with what is said of them now.
 */
export interface ReplayStep {
  readonly context: ContextName;
  readonly partition: number;
  /** Where the partition stood when the step was made. */
  readonly atSeq: number;
  readonly epoch: number;
  readonly taken: readonly TakenEvent[];
  readonly puts: readonly Put[];
  readonly removals: readonly string[];
  readonly tallies: readonly TallyDifference[];
  readonly parked: readonly ParkedEvent[];
}

/** One page of an answer, in the order asked for. */
export interface Page<Doc> {
  readonly items: readonly Doc[];
  /** Opaque; absent on the last page. */
  readonly next?: string;
}

/** A question to a declared index. `equals` binds the first fields, then at most one `prefix` or `range` on the next. */
export interface Find {
  readonly index: string;
  readonly equals?: readonly IndexValue[];
  readonly prefix?: string;
  readonly range?: { readonly from?: IndexValue; readonly to?: IndexValue };
  readonly order?: 'ascending' | 'descending';
  readonly limit: number;
  readonly after?: string;
}

/** A question to a tally: the sum over every area under a prefix, at a level, valid on `asOf` as it was known on `asKnownAt` (days, inclusive). */
export interface TallyQuestion {
  readonly under: string;
  readonly level: string;
  readonly round: string;
  readonly ruleset: string;
  readonly asOf?: string;
  readonly asKnownAt?: string;
}
/** One area's sums in the order of the tally's measures. */
export interface TallySum {
  readonly area: string;
  readonly sums: Float64Array;
}

/** Read models of one service. */
export interface ViewStore {
  /**
   * Creates and verifies what the view needs; a changed shape under the same version is refused. The handle follows the generation
   * that is in service; what one generation was written with is fenced once another one is.
   */
  open<Doc extends object = object>(view: ViewShape): Promise<ViewHandle<Doc>>;
  /** The generations of one version of a view, for whoever rebuilds it. */
  generations(view: ViewShape): Promise<ViewGenerations>;
  /** What was written down of rebuilds, oldest first: JSON texts by id, kept beside the views so that a restart goes on with them. */
  rebuilds(): Promise<readonly string[]>;
  saveRebuild(rebuildId: string, record: string): Promise<void>;
}

/** One generation of a version of a view. */
export interface GenerationStatus {
  readonly generation: number;
  readonly isInService: boolean;
  readonly vector: Vector;
}

/**
 * The generations of one version of a view: one is in service, another may be filled beside it, seen by nobody. Belongs to one caller;
 * those who keep the view up to date write through a connection of their own.
 */
export interface ViewGenerations {
  list(): Promise<readonly GenerationStatus[]>;
  /** Makes an empty generation and answers its number, higher than any before. */
  begin(): Promise<number>;
  /** @throws StoreRefused where there is no such generation */
  open(generation: number): Promise<GenerationHandle>;
  /**
   * Runs `catchUp`, if there is one, while nobody else writes, then keeps that moment readable until it is closed, without holding
   * anyone up. The caller looks at the vectors: others may have written in between.
   */
  pin(catchUp?: () => Promise<void>): Promise<PinnedGenerations>;
  /**
   * Runs `catchUp` while nobody else writes and puts the generation into service with the same step.
   * @throws CheckpointFenced where it does not stand where the one in service stands; then nothing has changed
   */
  switchTo(generation: number, catchUp: () => Promise<void>): Promise<void>;
  /** Removes a generation in small steps, giving way in between. @throws StoreRefused where it is in service */
  drop(generation: number): Promise<void>;
}

/** What a rebuild writes at once of one partition. Filling again with the same changes nothing. */
export interface FillStep {
  readonly partition: number;
  readonly puts: readonly Put[];
  /** What counters come to, not what is added to them. */
  readonly counters: readonly TallyDifference[];
  readonly parked: readonly ParkedEvent[];
  /** With the last step of a partition: where it stands now. */
  readonly vector?: Vector;
}

/** A generation that is being filled, or kept up to date beside the one in service. */
export interface GenerationHandle extends ViewHandle {
  /** Takes a step. What was filled may be read once `finishFilling` has answered. */
  fill(step: FillStep): Promise<void>;
  /**
   * Makes what was filled ready to be read and to be kept up to date, giving way to others in between; called when every partition is
   * filled. Interrupted, it is called again; where there is nothing to finish, it does nothing.
   */
  finishFilling(): Promise<void>;
}

/** What a generation consists of, row by row: its documents, its counters, its parked events. */
export const generationParts = ['documents', 'counters', 'parked'] as const;
/** One of {@link generationParts}. */
export type GenerationPart = (typeof generationParts)[number];

/** One row in a form that is the same wherever it is stored: `content` is text, equal where the rows are. */
export interface GenerationRow {
  readonly key: string;
  /** The partition a counter or a parked event belongs to; absent for documents, which go by their id. */
  readonly partition?: number;
  readonly content: string;
}

/** Two generations at one moment. */
export interface PinnedGenerations {
  vector(generation: number): Promise<Vector>;
  /** The rows behind a key, by code point, at most `limit`. */
  rows(generation: number, part: GenerationPart, afterKey: string, limit: number): Promise<readonly GenerationRow[]>;
  close(): Promise<void>;
}

/** One open read model. Documents are shown from the stored slices. */
export interface ViewHandle<Doc extends object = object> extends ParkedEvents {
  checkpoint(): Promise<Vector>;
  /** Takes a partition for writing and returns its new epoch, higher than any before. */
  take(partition: number): Promise<number>;
  /** @throws CheckpointFenced when a higher epoch exists or the checkpoint is not at fromSeq − 1. */
  apply(batch: ViewBatch): Promise<void>;
  /**
   * Applies a replay of parked events and takes them out, all or nothing.
   * @throws CheckpointFenced when a higher epoch exists, the checkpoint is not at `atSeq`, or something taken is no longer parked
   */
  replay(step: ReplayStep): Promise<void>;
  /** The stored slices of these rows; unknown ids are left out. */
  slices(ids: readonly string[]): Promise<ReadonlyMap<string, StoredSlices>>;
  /** The documents of these ids, also those that no index has; what shows nothing is left out. */
  get(ids: readonly string[]): Promise<ReadonlyMap<string, Doc>>;
  /**
   * Rows in the order of the index, ties by id. Nothing (null) comes before numbers, numbers before texts, texts by code point; a range
   * is inclusive and never matches null. @throws InvalidCursor when `after` was not given by this index of this view's version
   */
  find(find: Find): Promise<Page<Doc>>;
  count(find: {
    readonly index: string;
    readonly equals?: readonly IndexValue[];
    readonly prefix?: string;
  }): Promise<number>;
  /** One row per area, rising, without those where everything sums to nothing. Days absent from the question do not restrict. */
  sum(question: TallyQuestion): Promise<readonly TallySum[]>;
  /** Parked ids among these, for this context. */
  parkedIds(context: ContextName, ids: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Where a policy stands, and the refusals it met. */
export interface PolicyStore {
  open(policy: { readonly key: string; readonly context: ContextName }): Promise<PolicyHandle>;
}
/** A rule's refusal of what a policy asked because of an event. */
export interface Refusal {
  readonly eventId: string;
  readonly rule: string;
  readonly at: string;
}

/** One policy's checkpoint. A refusal by a rule is an outcome: it is stored with the checkpoint and never resent. */
export interface PolicyHandle extends ParkedEvents {
  /** Also partitions that stand at 0 on record; a policy without any key has never been started. */
  checkpoint(): Promise<Vector>;
  /** Records a step. @throws CheckpointFenced when the checkpoint already is beyond toSeq; standing at toSeq is no error. */
  advance(step: {
    readonly partition: number;
    readonly toSeq: number;
    readonly refusals: readonly Refusal[];
    readonly parked: readonly ParkedEvent[];
  }): Promise<void>;
  /** The refusals met so far, newest first; one for each event and rule. */
  refusals(limit: number): Promise<{ readonly total: number; readonly latest: readonly Refusal[] }>;
  parkedIds(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Takes worked events out of what is parked, with the refusals they met; those among `parked` stay, with what is said of them now.
   * @throws CheckpointFenced when something taken is no longer parked
   */
  release(step: {
    readonly partition: number;
    readonly taken: readonly TakenEvent[];
    readonly refusals: readonly Refusal[];
    readonly parked: readonly ParkedEvent[];
  }): Promise<void>;
}

/** A source of time in milliseconds since 1970. Given, never taken. */
export type Clock = () => number;
