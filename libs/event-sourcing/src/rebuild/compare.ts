import { createHash, createHmac, type Hash } from 'node:crypto';
import type { ContextName } from '@faemban/contracts';
import { partitionOfKey } from '../partitions';
import {
  generationParts,
  type GenerationPart,
  type GenerationRow,
  type PinnedGenerations,
  type Vector,
} from '../ports';

const pageRows = 500;

/** An event that had to do with a row that differs. */
export interface ExplainingEvent {
  readonly context: ContextName;
  readonly partition: number;
  readonly seq: number;
  readonly eventId: string;
  readonly type: string;
  readonly recordedAt: string;
}

/** A row that differs, without what it says: digests are keyed anew for every comparison, so that a report gives nothing away. */
export interface RowDifference {
  readonly part: GenerationPart;
  readonly key: string;
  readonly kind: 'altered' | 'only-live' | 'only-rebuilt';
  readonly live?: string;
  readonly rebuilt?: string;
  /** The last events of this row, oldest first, and how many there are in all. */
  readonly events?: readonly ExplainingEvent[];
  readonly eventsTotal?: number;
}

/** What one partition consists of: rows counted, and SHA-256 (hex) over them in the order of their keys. Documents go by their id. */
export interface PartitionDigest {
  readonly partition: number;
  readonly documents: number;
  readonly counters: number;
  readonly parked: number;
  readonly digest: string;
}

/** Live and rebuilt at one vector. `differences` are the first of `differencesTotal`. */
export interface Comparison {
  readonly vector: Vector;
  readonly documents: number;
  readonly counters: number;
  readonly parked: number;
  readonly partitions: readonly PartitionDigest[];
  readonly differencesTotal: number;
  readonly differences: readonly RowDifference[];
}

/** Digests over the rows of every partition, taken row by row in the order of their keys. */
export class PartitionDigests {
  private readonly partitions: { hash: Hash; documents: number; counters: number; parked: number }[];

  constructor(private readonly partitionCount: number) {
    this.partitions = Array.from({ length: partitionCount }, () => ({
      hash: createHash('sha256'),
      documents: 0,
      counters: 0,
      parked: 0,
    }));
  }

  add(part: GenerationPart, { key, partition, content }: GenerationRow): void {
    const found = this.partitions[partition ?? partitionOfKey(key, this.partitionCount)];
    if (found === undefined) return;
    found.hash.update(`${JSON.stringify([part, key, content])}\n`);
    found[part] += 1;
  }

  /** Ends the digests; nothing can be added behind. */
  all(): readonly PartitionDigest[] {
    return this.partitions.map(({ hash, ...counts }, partition) => ({
      partition,
      ...counts,
      digest: hash.digest('hex'),
    }));
  }
}

/** Adds up what partitions have. */
export function totalsOf(
  partitions: readonly PartitionDigest[],
): Pick<PartitionDigest, 'documents' | 'counters' | 'parked'> {
  const sum = (of: (one: PartitionDigest) => number): number => partitions.reduce((total, one) => total + of(one), 0);
  return {
    documents: sum((one) => one.documents),
    counters: sum((one) => one.counters),
    parked: sum((one) => one.parked),
  };
}

/**
 * Compares two generations row by row, both in the order of their keys, in bounded memory. Both must stand at the same vector.
 * @param key secret of this comparison, under which the digests of differing rows are made
 */
export async function compareGenerations(comparing: {
  readonly pinned: PinnedGenerations;
  readonly live: number;
  readonly rebuilt: number;
  readonly vector: Vector;
  readonly partitionCount: number;
  readonly key: Buffer;
  readonly differencesMax: number;
  readonly betweenPages: () => Promise<void>;
}): Promise<Comparison> {
  const { pinned, vector, differencesMax, betweenPages } = comparing;
  const digests = new PartitionDigests(comparing.partitionCount);
  const digestOf = (row: GenerationRow): string =>
    createHmac('sha256', comparing.key).update(row.content).digest('hex').slice(0, 32);
  const differences: RowDifference[] = [];
  let differencesTotal = 0;
  for (const part of generationParts) {
    const live = new RowsInOrder(pinned, comparing.live, part, betweenPages);
    const rebuilt = new RowsInOrder(pinned, comparing.rebuilt, part, betweenPages);
    let [one, other] = [await live.next(), await rebuilt.next()];
    while (one !== undefined || other !== undefined) {
      const order = one === undefined ? 1 : other === undefined ? -1 : compareCodePoints(one.key, other.key);
      const isEqual = order === 0 && one?.content === other?.content && one?.partition === other?.partition;
      if (!isEqual) {
        differencesTotal += 1;
        if (differences.length < differencesMax) {
          differences.push({
            part,
            key: (order <= 0 ? one?.key : other?.key) ?? '',
            kind: order === 0 ? 'altered' : order < 0 ? 'only-live' : 'only-rebuilt',
            ...(order <= 0 && one !== undefined ? { live: digestOf(one) } : undefined),
            ...(order >= 0 && other !== undefined ? { rebuilt: digestOf(other) } : undefined),
          });
        }
      }
      if (order >= 0 && other !== undefined) digests.add(part, other);
      if (order <= 0) one = await live.next();
      if (order >= 0) other = await rebuilt.next();
    }
  }
  const partitions = digests.all();
  return { vector, ...totalsOf(partitions), partitions, differencesTotal, differences };
}

/** The rows of one part of a generation, one after the other. */
export class RowsInOrder {
  private page: readonly GenerationRow[] = [];
  private at = 0;
  private afterKey = '';
  private isLastPage = false;

  constructor(
    private readonly pinned: Pick<PinnedGenerations, 'rows'>,
    private readonly generation: number,
    private readonly part: GenerationPart,
    private readonly betweenPages: () => Promise<void>,
  ) {}

  /** The next row; undefined behind the last. Waits only where a page has ended. */
  next(): GenerationRow | undefined | Promise<GenerationRow | undefined> {
    const row = this.page[this.at];
    if (row === undefined) return this.nextPage();
    this.at += 1;
    return row;
  }

  private async nextPage(): Promise<GenerationRow | undefined> {
    if (this.isLastPage) return undefined;
    await this.betweenPages();
    this.page = await this.pinned.rows(this.generation, this.part, this.afterKey, pageRows);
    this.isLastPage = this.page.length < pageRows;
    this.afterKey = this.page.at(-1)?.key ?? this.afterKey;
    this.at = 1;
    return this.page[0];
  }
}

/** Orders texts by code point, as stores do; by code unit, characters beyond U+FFFF would come before others. */
export function compareCodePoints(one: string, other: string): number {
  if (one === other) return 0;
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const [a, b] = [one.charCodeAt(at), other.charCodeAt(at)];
    if (a === b) continue;
    const isHigh = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? 1 : 0);
    return isHigh(a) - isHigh(b) || a - b;
  }
  return one.length - other.length;
}
