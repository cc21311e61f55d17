/** One line of `docs/reference/benchmarks.jsonl`. */
export interface BenchResult {
  /** What was done, e.g. `append-one`. */
  readonly work: string;
  /** What one unit of it was: payload, durability, callers. */
  readonly unit: string;
  readonly ours: Readonly<Record<string, number>>;
  /** The raw floor or the peer, measured in the same run. */
  readonly floor?: { readonly what: string; readonly figures: Readonly<Record<string, number>> };
  /** ours ÷ floor where both have a rate. */
  readonly ratio?: number;
  /** What was aimed at, in words. */
  readonly aim?: string;
}
