import type { ContextName } from '@faemban/contracts';
import {
  genesisHash,
  IntegrityViolation,
  segmentCommitsMaxDefault,
  type Commit,
  type CommittedEvent,
  type Segment,
  type StoredEvent,
  type RememberedCommand,
} from '@faemban/event-sourcing';

/** A segment with the commits that it names, in its order. */
export interface Stretch {
  readonly segment: Segment;
  readonly commits: readonly Commit[];
}

/** How much a segment may hold. `bytesMax` counts characters of bodies; the commit that reaches it still belongs to the segment. */
export interface SegmentLimits {
  readonly commitsMax: number;
  readonly bytesMax: number;
}

const limitsDefault: SegmentLimits = { commitsMax: segmentCommitsMaxDefault, bytesMax: 4 * 1024 * 1024 };

/**
 * Cuts one partition's events, recorded elsewhere, into commits and segments: the same events, seqs, recorded times and chain, so that a
 * reader of the segments computes the very hashes again.
 *
 * A commit is a command's run of events: a store gives the events of an append consecutive versions of one stream and consecutive seqs of
 * one partition, at one recorded time, under one actor, area and cause. That is not believed but checked against what is remembered of
 * the command. A segment ends where the recorded time changes, since it has one, or where it is full.
 */
export class SegmentCutter {
  private run: StoredEvent[] = [];
  private command: RememberedCommand | undefined;
  private open: Commit[] = [];
  private openBytes = 0;
  private openRecordedAt = '';
  private seq: number;
  private closed: Pick<Segment, 'lastSeq' | 'hash'>;
  private openHash = '';
  private openSeq = 0;

  /** @param place.after the segment behind which these events stand; undefined at the beginning */
  constructor(
    private readonly place: {
      readonly context: ContextName;
      readonly partition: number;
      readonly epoch: number;
      readonly after?: Pick<Segment, 'lastSeq' | 'hash'> | undefined;
    },
    private readonly limits: SegmentLimits = limitsDefault,
  ) {
    this.closed = place.after ?? { lastSeq: 0, hash: genesisHash };
    this.seq = this.closed.lastSeq;
  }

  /**
   * Takes the event of the next seq, with what is remembered of its command, and answers the stretches that ended before it.
   * @throws IntegrityViolation naming the event that does not fit
   */
  take(event: StoredEvent, command: RememberedCommand | undefined): readonly Stretch[] {
    if (event.seq !== this.seq + 1) throw this.violation(event.seq, `the event with seq ${this.seq + 1} is missing`);
    const ended = this.run[0] !== undefined && this.run[0].commandId !== event.commandId ? this.endRun() : [];
    const [first] = this.run;
    if (first === undefined) this.command = command;
    else if (sharedText(first) !== sharedText(event)) {
      throw this.violation(event.seq, 'it differs from the event before it in what all events of a command share');
    }
    this.seq = event.seq;
    this.run.push(event);
    return ended;
  }

  /** Ends the partition; answers what is left. @throws IntegrityViolation where the last command is cut off */
  end(): readonly Stretch[] {
    const ended = this.run.length === 0 ? [] : this.endRun();
    return this.open.length === 0 ? ended : [...ended, this.endSegment()];
  }

  private endRun(): readonly Stretch[] {
    const [first] = this.run;
    const last = this.run.at(-1);
    if (first === undefined || last === undefined) return [];
    this.requireOfCommand(first, last);
    const isFull = this.open.length >= this.limits.commitsMax || this.openBytes >= this.limits.bytesMax;
    const isOver = this.open.length > 0 && (isFull || this.openRecordedAt !== first.recordedAt);
    const ended = isOver ? [this.endSegment()] : [];
    this.open.push(this.commitOf(first, last));
    this.openBytes += this.run.reduce((sum, { body }) => sum + body.length, 0);
    this.openRecordedAt = first.recordedAt;
    this.openHash = last.chainHash;
    this.openSeq = last.seq;
    this.run = [];
    return ended;
  }

  private endSegment(): Stretch {
    const { partition, epoch } = this.place;
    const commits = this.open;
    const segment: Segment = {
      partition,
      firstSeq: this.closed.lastSeq + 1,
      lastSeq: this.openSeq,
      commandIds: commits.map(({ commandId }) => commandId),
      eventCounts: commits.map(({ events }) => events.length),
      recordedAt: this.openRecordedAt,
      epoch,
      prevHash: this.closed.hash,
      hash: this.openHash,
    };
    this.closed = segment;
    this.open = [];
    this.openBytes = 0;
    return { segment, commits };
  }

  /** The run is the whole of what its command recorded, and nothing else. */
  private requireOfCommand(first: StoredEvent, last: StoredEvent): void {
    const { command } = this;
    if (command === undefined)
      throw this.violation(first.seq, `nothing is remembered of its command ${first.commandId}`);
    const isItsStream = command.stream === first.stream && command.commandId === first.commandId;
    const isWhole = command.firstVersion === first.version && command.lastVersion === last.version;
    if (!isItsStream || !isWhole || command.lastSeq !== last.seq) {
      throw this.violation(first.seq, `the events of its command ${first.commandId} do not stand together`);
    }
    const strayed = this.run.find(({ version }, index) => version !== first.version + index);
    if (strayed !== undefined)
      throw this.violation(strayed.seq, 'it does not follow the event before it in its stream');
  }

  private commitOf(first: StoredEvent, last: StoredEvent): Commit {
    return {
      commandId: first.commandId,
      commandDigest: this.command?.digest ?? '',
      stream: first.stream,
      partition: first.partition,
      firstVersion: first.version,
      lastVersion: last.version,
      events: this.run.map(({ seq: _, recordedAt: _at, chainHash: _hash, ...event }): CommittedEvent => ({
        ...event,
        context: this.place.context,
        subjects: [...event.subjects],
      })),
    };
  }

  private violation(seq: number, what: string): IntegrityViolation {
    return new IntegrityViolation(this.place.context, this.place.partition, seq, what);
  }
}

/** What every event of one command has in common with the others. */
function sharedText(event: StoredEvent): string {
  const { actor } = event;
  return JSON.stringify([
    event.stream,
    event.context,
    event.partition,
    event.recordedAt,
    event.occurredAt,
    event.area,
    [actor.accountId, actor.office, actor.role, actor.onBehalfOf ?? null, actor.channel],
    event.correlationId,
    event.causationId ?? null,
    event.traceparent ?? null,
  ]);
}
