import {
  commitAppend,
  type Append,
  type Appended,
  type AppendResult,
  type CommitStore,
  type Committed,
  type EventStore,
  type Ids,
  type RecordedEvent,
} from '@faemban/event-sourcing';
import { asDatabaseFailure, withDatabase } from '../failures';
import type { ContextReader } from './context-reader';
import type { Sequencing } from './sequencing';

/** One context's {@link EventStore}: a command is answered when its events have their place in the log. */
export class MongoStore implements EventStore {
  constructor(
    private readonly commits: CommitStore,
    private readonly reader: ContextReader,
    private readonly sequencing: Sequencing,
    private readonly partitionCount: number,
    private readonly ids: Ids,
  ) {}

  async append(append: Append): Promise<Appended> {
    return this.placed(await this.commit(append));
  }

  async appendMany(appends: readonly Append[]): Promise<readonly AppendResult[]> {
    const results: AppendResult[] = [];
    for (const round of roundsOf(appends)) {
      const committed = await Promise.allSettled(round.map(({ append }) => this.commit(append)));
      const placed = committed.map((one) =>
        one.status === 'fulfilled' ? this.placed(one.value) : Promise.reject(asDatabaseFailure(one.reason)),
      );
      for (const [index, outcome] of (await Promise.allSettled(placed)).entries()) {
        const { at } = round[index] as { at: number };
        results[at] =
          outcome.status === 'fulfilled'
            ? { ok: true, appended: outcome.value }
            : { ok: false, error: asDatabaseFailure(outcome.reason) };
      }
    }
    return results;
  }

  async outcomeOf(commandId: string): Promise<(Appended & { readonly commandDigest: string }) | undefined> {
    const known = await this.reader.outcomeOf(commandId);
    if (known !== undefined) return known;
    const { commits } = this.reader.collections;
    const stored = await withDatabase(() => commits.findOne({ _id: commandId }, { projection: { partition: 1 } }));
    if (stored === null) return undefined;
    // Accepted, and not in the log yet: it will be.
    await this.sequencing.placeOf(commandId, stored.partition, false);
    return this.reader.outcomeOf(commandId);
  }

  read(stream: string, range?: { fromVersion?: number; toVersion?: number }): AsyncIterable<RecordedEvent> {
    return this.reader.readStream(stream, range);
  }

  async load(stream: string): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for await (const event of this.read(stream)) events.push(event);
    return events;
  }

  private commit(append: Append): Promise<Committed> {
    const { context } = this.reader.collections;
    return commitAppend(this.commits, append, { context, partitionCount: this.partitionCount, ids: this.ids });
  }

  private async placed(committed: Committed): Promise<Appended> {
    const { commandId, partition, repeated } = committed;
    const { lastSeq } = await this.sequencing.placeOf(commandId, partition, !repeated);
    return { ...committed, lastSeq };
  }
}

interface Numbered {
  readonly at: number;
  readonly append: Append;
}

/** Appends in rounds, in each at most one of a stream and one of a command: what stands earlier in the list is stored before it is looked at. */
function roundsOf(appends: readonly Append[]): readonly (readonly Numbered[])[] {
  const rounds: Numbered[][] = [];
  const nextOf = new Map<string, number>();
  for (const [at, append] of appends.entries()) {
    const keys = [`stream ${append.stream}`, `command ${append.context.commandId}`];
    const round = Math.max(...keys.map((key) => nextOf.get(key) ?? 0));
    for (const key of keys) nextOf.set(key, round + 1);
    (rounds[round] ??= []).push({ at, append });
  }
  return rounds;
}
