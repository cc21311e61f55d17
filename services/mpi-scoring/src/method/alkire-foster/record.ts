import type { AfIdentification, PreparedSpecification } from './specification';

/** What is known of one record in one indicator. The four are never mixed up before a policy says so. */
export type CellState = 'deprived' | 'notDeprived' | 'notApplicable' | 'unknown';

/** A record's score as a fraction of whole numbers: the weights of its deprivations over the weights that count for it. */
export interface RecordScore {
  readonly num: number;
  readonly den: number;
  /** Deprived indicators, by index in the specification. */
  readonly deprived: readonly number[];
}

/**
 * Scores one record, indicator by indicator. Undefined where the missing policy leaves it out.
 *
 * @param cells one state per indicator, in the specification's order
 */
export function scoreRecord(prepared: PreparedSpecification, cells: readonly CellState[]): RecordScore | undefined {
  const { missing, notApplicable } = prepared.specification;
  let num = 0;
  let den = 0;
  const deprived: number[] = [];
  for (const [index, { weight }] of prepared.indicators.entries()) {
    switch (cells[index] ?? 'unknown') {
      case 'deprived':
        num += weight;
        den += weight;
        deprived.push(index);
        break;
      case 'notDeprived':
        den += weight;
        break;
      case 'notApplicable':
        if (notApplicable === 'notDeprived') den += weight;
        break;
      case 'unknown':
        if (missing === 'listwise' || missing === 'listwiseAsDomain') return undefined;
        if (missing === 'notDeprived') den += weight;
        break;
    }
  }
  return den < prepared.baseWeightMin ? undefined : { num, den, deprived };
}

/** Whether a scored record is poor. Weighted scores are compared with k as whole numbers: no rounding can move a record. */
export function isPoor(prepared: PreparedSpecification, identification: AfIdentification, score: RecordScore): boolean {
  if (identification.kind === 'weighted') {
    const { k } = identification;
    return score.num * k.den >= k.num * score.den;
  }
  const failed = new Set(score.deprived.map((index) => prepared.indicators[index]?.dimension));
  switch (identification.kind) {
    case 'any':
      return failed.size > 0;
    case 'atLeast':
      return failed.size >= identification.dimensions;
    case 'namedSet':
      return identification.dimensions.every((key) =>
        failed.has(prepared.dimensions.findIndex((dimension) => dimension.key === key)),
      );
  }
}

/** ((line − x) ÷ line)^power of a deprived achievement. An indicator without a line counts its deprivation as whole. */
export function gapOf(line: number | undefined, achievement: number | undefined, power: 1 | 2): number {
  if (line === undefined || achievement === undefined || Number.isNaN(achievement)) return 1;
  const gap = (line - achievement) / line;
  return power === 1 ? gap : gap * gap;
}
