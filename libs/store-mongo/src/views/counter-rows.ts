import type { mongo } from 'mongoose';
import {
  invariant,
  type GenerationRow,
  type TallyDifference,
  type TallyQuestion,
  type TallySum,
} from '@faemban/event-sourcing';
import { withDatabase } from '../failures';
import type { Row, RowChanges, RowContent } from '../rows/guarded-rows';

/** Stands between the parts of a counter's key: it comes before every character of a code or a day. */
const divider = '\u0001';
/** The largest amount, either way, up to which counting is exact on every profile. */
const amountMax = 2 ** 52;
/** Counters fetched at once. */
const pageCounters = 5_000;

/** A difference as an intent tells it: to which counter, what is added to which measures. */
export interface IntendedDifference {
  readonly key: string;
  readonly validDay: string;
  readonly knownDay: string;
  readonly add: readonly (readonly [measure: number, amount: number])[];
}

/** The counters of one generation of a tally: one vector under (level, round, ruleset, area, valid day, known day, partition). */
export class CounterRows {
  constructor(
    readonly rows: mongo.Collection<Row>,
    private readonly measureCount: number,
  ) {}

  /** Differences of one partition, those of one counter put together. */
  intended(partition: number, differences: readonly TallyDifference[]): readonly IntendedDifference[] {
    const byKey = new Map<string, { validDay: string; knownDay: string; sums: Map<number, number> }>();
    for (const difference of differences) {
      const { validDay, knownDay, add } = difference;
      const key = counterKey(difference, partition);
      const counter = byKey.get(key) ?? { validDay, knownDay, sums: new Map<number, number>() };
      const { sums } = counter;
      byKey.set(key, counter);
      for (const [measure, amount] of add) {
        invariant(measure >= 0 && measure < this.measureCount, `measure ${measure} is one of ${this.measureCount}`);
        sums.set(measure, (sums.get(measure) ?? 0) + amount);
      }
    }
    return [...byKey].map(([key, { sums, ...days }]) => ({ key, ...days, add: [...sums] }));
  }

  /** What the differences make of their counters. */
  changes(intended: readonly IntendedDifference[]): RowChanges {
    return new Map(
      intended.map(({ key, validDay, knownDay, add }) => [
        key,
        (before) => {
          const sums = new Float64Array(this.measureCount);
          addVector(String(before?.['vector'] ?? ''), sums);
          for (const [measure, amount] of add) sums[measure] = (sums[measure] ?? 0) + amount;
          return { validDay, knownDay, vector: vectorText(sums) };
        },
      ]),
    );
  }

  /** What counters come to that are filled in. */
  filled(partition: number, counters: readonly TallyDifference[]): readonly (RowContent & { readonly _id: string })[] {
    return this.intended(partition, counters).map(({ key, validDay, knownDay, add }) => {
      const sums = new Float64Array(this.measureCount);
      for (const [measure, amount] of add) sums[measure] = amount;
      return { _id: key, validDay, knownDay, vector: vectorText(sums) };
    });
  }

  /** Areas in rising order, without those where everything sums to nothing. */
  async sum({ under, level, round, ruleset, asOf, asKnownAt }: TallyQuestion): Promise<readonly TallySum[]> {
    const from = [level, round, ruleset, under].join(divider);
    const filter: Record<string, unknown> = { _id: { $gte: from, $lt: `${from}\u{10FFFF}` } };
    if (asOf !== undefined) filter['validDay'] = { $lte: asOf };
    if (asKnownAt !== undefined) filter['knownDay'] = { $lte: asKnownAt };
    const found = this.rows.find(filter as mongo.Filter<Row>, {
      projection: { vector: 1 },
      sort: { _id: 1 },
      batchSize: pageCounters,
    });
    const areas = new Map<string, Float64Array>();
    await withDatabase(async () => {
      for await (const { _id, vector } of found) {
        const area = _id.split(divider)[3] as string;
        const sums = areas.get(area) ?? new Float64Array(this.measureCount);
        areas.set(area, sums);
        addVector(String(vector), sums);
      }
    });
    return [...areas].filter(([, sums]) => sums.some((sum) => sum !== 0)).map(([area, sums]) => ({ area, sums }));
  }

  /** A counter in the form it has wherever it is stored; undefined where it comes to nothing. */
  static generationRow({ _id, partition, vector }: mongo.Document): GenerationRow | undefined {
    if (typeof vector !== 'string' || vector === '') return undefined;
    return { key: _id as string, partition: partition as number, content: vector };
  }
}

function counterKey(
  { level, round, ruleset, area, validDay, knownDay }: Omit<TallyDifference, 'add'>,
  partition: number,
): string {
  return [level, round, ruleset, area, validDay, knownDay, String(partition).padStart(4, '0')].join(divider);
}

/** What is not 0, as `measure:amount` in rising order. */
function vectorText(sums: Float64Array): string {
  let text = '';
  for (let measure = 0; measure < sums.length; measure += 1) {
    const amount = sums[measure] as number;
    if (amount === 0) continue;
    invariant(Number.isInteger(amount) && Math.abs(amount) <= amountMax, 'a tally counts in whole numbers up to 2^52');
    text += `${measure}:${amount} `;
  }
  return text;
}

/** Adds a vector's text to sums. This is where large questions spend their time. */
function addVector(text: string, sums: Float64Array): void {
  for (let at = 0; at < text.length;) {
    const colon = text.indexOf(':', at);
    const space = text.indexOf(' ', colon);
    const measure = Number(text.slice(at, colon));
    sums[measure] = (sums[measure] ?? 0) + Number(text.slice(colon + 1, space));
    at = space + 1;
  }
}
