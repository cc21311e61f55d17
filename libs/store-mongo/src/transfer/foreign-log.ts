import type { ContextName } from '@faemban/contracts';
import type { Head, RememberedCommand, StoredEvent } from '@faemban/event-sourcing';

type Answer<Value> = Value | Promise<Value>;

/** The log of one installation as another store keeps it, to be taken over. It may grow only at its end. */
export interface ForeignLog {
  readonly installationId: string;
  readonly partitionCount: number;
  /** Where every partition of a context ends; `seq` 0 where nothing was recorded. */
  heads(context: ContextName): Answer<readonly Head[]>;
  /** How many commands were accepted, and how many streams they began. */
  counts(context: ContextName): Answer<{ readonly commands: number; readonly streams: number }>;
  /** Events with seq above `afterSeq`, in order: at most `limit`, and not many more than `bytesMax` characters of bodies. */
  read(
    context: ContextName,
    partition: number,
    afterSeq: number,
    most: { readonly limit: number; readonly bytesMax: number },
  ): Answer<readonly StoredEvent[]>;
  /** What is remembered of these commands; unknown ones are left out. */
  commands(context: ContextName, commandIds: readonly string[]): Answer<ReadonlyMap<string, RememberedCommand>>;
}
