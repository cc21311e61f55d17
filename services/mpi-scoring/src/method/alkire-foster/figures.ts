import { at, type SumLayout } from './sums';

/** One indicator's part in an area's poverty. Shares of persons (or of what was counted), 0 to 1. */
export interface IndicatorFigures {
  readonly key: string;
  /** Share deprived in it, poor or not (`hd`). */
  readonly raw: number | null;
  /** Share poor and deprived in it (`hdk`). */
  readonly censored: number | null;
  /** Its part of M0; the parts add up to M0 (`actb`). */
  readonly contribution: number | null;
  /** Its part of M0 as a share of M0; null where M0 is zero (`pctb`). */
  readonly contributionShare: number | null;
}

/** A dimension's part in M0. */
export type DimensionFigures = Pick<IndicatorFigures, 'key' | 'contribution' | 'contributionShare'>;

/**
 * The Alkire-Foster figures of one area. `persons` counts what the specification was asked to count (persons or households, times
 * sampling weights); `records` are the rows behind it. Everything is null that has no meaning: A where nobody is poor, all ratios
 * where nobody is counted.
 */
export interface AfFigures {
  readonly records: number;
  readonly persons: number;
  readonly poorRecords: number;
  readonly poor: number;
  readonly droppedRecords: number;
  readonly droppedPersons: number;
  /** Headcount ratio. */
  readonly H: number | null;
  /** Intensity: mean score of the poor. */
  readonly A: number | null;
  /** Adjusted headcount ratio, H × A. */
  readonly M0: number | null;
  /** Adjusted poverty gap and squared gap, and the mean gaps behind them; only where the specification has lines. */
  readonly M1?: number | null;
  readonly M2?: number | null;
  readonly G?: number | null;
  readonly S?: number | null;
  readonly indicators: readonly IndicatorFigures[];
  readonly dimensions: readonly DimensionFigures[];
}

/**
 * Figures from sums: the only place where something is divided. M0 = Σ over denominators of score ÷ denominator, over persons; with one
 * denominator a single division of whole numbers. Sources: Alkire and Foster 2011; Alkire et al. 2015, chapter 5.
 *
 * @param sums one area's stretch, laid out by `layout`
 */
export function figuresOf(layout: SumLayout, sums: ArrayLike<number>): AfFigures {
  const { prepared } = layout;
  const value = (index: number): number => sums[index] ?? 0;
  const persons = value(at.persons);
  const poor = value(at.poor);
  const over = (place: (den: number) => number, weight = 1): Ratio => {
    const parts = layout.dens.map((den, index) => ({ sum: weight * value(place(index)), den }));
    return (by) => ratioOf(parts, by);
  };
  const deprivation = over((den) => layout.score(den));
  const M0 = deprivation(persons);
  const indicators = prepared.indicators.map(({ key, weight }, j): IndicatorFigures => {
    const contribution = over((den) => layout.censored(den, j), weight)(persons);
    let censored = 0;
    for (let den = 0; den < layout.dens.length; den++) censored += value(layout.censored(den, j));
    return {
      key,
      raw: divide(value(layout.raw(j)), persons),
      censored: divide(censored, persons),
      contribution,
      contributionShare: shareOf(contribution, M0),
    };
  });
  return {
    records: value(at.records),
    persons,
    poorRecords: value(at.poorRecords),
    poor,
    droppedRecords: value(at.droppedRecords),
    droppedPersons: value(at.droppedPersons),
    H: divide(poor, persons),
    A: deprivation(poor),
    M0,
    ...(prepared.hasLines ? gapFigures(layout, over, persons, M0) : {}),
    indicators,
    dimensions: prepared.dimensions.map(({ key }, index): DimensionFigures => {
      const own = indicators.filter((_, j) => prepared.indicators[j]?.dimension === index);
      const contribution = persons === 0 ? null : own.reduce((sum, figures) => sum + (figures.contribution ?? 0), 0);
      return { key, contribution, contributionShare: shareOf(contribution, M0) };
    }),
  };
}

/** Divides what was summed by denominators through a number of persons; null where that is zero. */
type Ratio = (persons: number) => number | null;

function gapFigures(
  layout: SumLayout,
  over: (place: (den: number) => number) => Ratio,
  persons: number,
  M0: number | null,
): Pick<AfFigures, 'M1' | 'M2' | 'G' | 'S'> {
  const M1 = over((den) => layout.gap(den, 1))(persons);
  const M2 = over((den) => layout.gap(den, 2))(persons);
  return { M1, M2, G: shareOf(M1, M0), S: shareOf(M2, M0) };
}

/** A single denominator is divided once, whole number by whole number. */
function ratioOf(parts: readonly { readonly sum: number; readonly den: number }[], persons: number): number | null {
  if (persons === 0) return null;
  const [first] = parts;
  if (parts.length === 1 && first) return first.sum / (first.den * persons);
  return parts.reduce((total, { sum, den }) => total + sum / den, 0) / persons;
}

function divide(num: number, den: number): number | null {
  return den === 0 ? null : num / den;
}

function shareOf(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole === 0 ? null : part / whole;
}
