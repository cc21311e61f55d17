import type { ContextName } from '@faemban/contracts';
import { invariant } from '../../errors';
import type { LoggedEvent } from '../../ports';
import { eventsOfSegment, type Commit, type Segment } from '../../sequencing/segments';

/** The most writes of which a new primary does not know yet that a majority has them, where chance decides. */
const unknownWritesMax = 8;

/**
 * One context's documents in a database that gives no more than single inserts under unique keys, as a replica set without transactions
 * does. What was acknowledged stays. Reads are of a moment: usually of now; a new primary's are of the last write of which it has heard
 * that a majority has it, until that is true of its own first one.
 */
export class SimulatedDatabase {
  readonly commits = new Map<string, Commit>();
  readonly segments: Segment[][];
  private readonly byVersion = new Map<string, Commit>();
  private readonly epochs: number[][];
  /** At which write each commit, segment, mark and epoch came to be. */
  private readonly since = new Map<string, number>();
  private writes = 0;
  private commitPoint = Infinity;

  constructor(
    readonly context: ContextName,
    readonly partitionCount: number,
    readonly random: (below: number) => number,
    readonly time: () => number,
  ) {
    this.segments = Array.from({ length: partitionCount }, () => []);
    this.epochs = Array.from({ length: partitionCount }, () => []);
  }

  /** Another primary takes over, quicker than anybody notices. It does not know yet that a majority has the last `unknownWrites`. */
  failover(unknownWrites = 1 + this.random(unknownWritesMax)): void {
    this.commitPoint = Math.max(0, this.writes - unknownWrites);
  }

  /** A majority has the new primary's first write. */
  settle(): void {
    this.commitPoint = Infinity;
  }

  /** The moment of a read that must not be before `after`: where the primary does not know of that one yet, it waits until it does. */
  readableAt(after: number): number {
    if (after > this.commitPoint) this.settle();
    return Math.min(this.writes, this.commitPoint);
  }

  /** The moment of everything that is there, which a write is refused by. */
  get now(): number {
    return this.writes;
  }

  insertCommit(commit: Commit): 'inserted' | 'duplicate' {
    const key = `${commit.stream}@${commit.firstVersion}`;
    if (this.commits.has(commit.commandId) || this.byVersion.has(key)) return 'duplicate';
    this.commits.set(commit.commandId, commit);
    this.byVersion.set(key, commit);
    this.wrote(`commit ${commit.commandId}`);
    return 'inserted';
  }

  insertSegment(segment: Segment): 'inserted' | 'taken' {
    const segments = this.segments[segment.partition];
    if (segments?.some(({ firstSeq }) => firstSeq === segment.firstSeq)) return 'taken';
    segments?.push(segment);
    this.wrote(`segment ${segment.partition}/${segment.firstSeq}`);
    return 'inserted';
  }

  mark({ commandIds }: Segment): void {
    this.wrote(...commandIds.map((commandId) => `mark ${commandId}`));
  }

  takeEpoch(partition: number): number {
    const epochs = this.epochs[partition] ?? [];
    const epoch = epochs.length + 1;
    epochs.push(epoch);
    this.wrote(`epoch ${partition}/${epoch}`);
    return epoch;
  }

  commitAt(at: number, commandId: string): Commit | undefined {
    return this.isThere(at, `commit ${commandId}`) ? this.commits.get(commandId) : undefined;
  }

  streamAt(at: number, stream: string): readonly Commit[] {
    const commits: Commit[] = [];
    for (let version = 1; ;) {
      const commit = this.byVersion.get(`${stream}@${version}`);
      if (commit === undefined || !this.isThere(at, `commit ${commit.commandId}`)) return commits;
      commits.push(commit);
      version = commit.lastVersion + 1;
    }
  }

  segmentsAt(at: number, partition: number): readonly Segment[] {
    const segments = this.segments[partition] ?? [];
    return segments.filter(({ firstSeq }) => this.isThere(at, `segment ${partition}/${firstSeq}`));
  }

  isMarkedAt(at: number, commandId: string): boolean {
    return this.isThere(at, `mark ${commandId}`);
  }

  highestEpochAt(at: number, partition: number): number {
    return this.epochs[partition]?.findLast((epoch) => this.isThere(at, `epoch ${partition}/${epoch}`)) ?? 0;
  }

  /** All events of a partition, segment after segment. */
  eventsOf(partition: number): readonly LoggedEvent[] {
    return (this.segments[partition] ?? []).flatMap((segment) => this.eventsIn(segment));
  }

  eventsIn(segment: Segment): readonly LoggedEvent[] {
    const commits = segment.commandIds.map((commandId) => this.commits.get(commandId));
    invariant(
      commits.every((commit) => commit !== undefined),
      'a segment names commits that exist',
    );
    return eventsOfSegment(segment, commits as readonly Commit[]);
  }

  /** Every commit stands in a segment. */
  get isSequenced(): boolean {
    const placed = this.segments.flat().reduce((sum, { commandIds }) => sum + commandIds.length, 0);
    return placed >= this.commits.size;
  }

  /** Something was written that is kept beside these documents. */
  wroteElsewhere(): void {
    this.wrote();
  }

  private wrote(...what: readonly string[]): void {
    this.writes += 1;
    for (const one of what) if (!this.since.has(one)) this.since.set(one, this.writes);
    this.settle();
  }

  private isThere(at: number, what: string): boolean {
    return (this.since.get(what) ?? Infinity) <= at;
  }
}
