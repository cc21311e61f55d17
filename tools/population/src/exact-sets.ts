import { DIMENSIONS, bitCount, dimensionBit } from './indicators';
import type { Random } from './random';

/** What is known of a district's target persons. */
export type TargetTotals = {
  persons: number;
  /** Target persons failing each dimension, in the order health, living, education, income, access. */
  byDimension: readonly number[];
  anyThree: number;
  healthLivingIncome: number;
};

const SETS = 32;
const RAKING_ROUNDS = 200;
const STEPS_MAX = 400_000;
const MISS_WEIGHT = 3;
const TEMPERATURE = 1.5;
const HEALTH_LIVING_INCOME = 0b11010;

/**
 * Target persons by exact set of failed dimensions, so that every total of the district comes out, as near as may be to
 * the proportions of the province: raking (iterative proportional fitting), then whole numbers by a seeded annealing.
 *
 * @param proportions 32 counts of the province by set
 * @throws Error where no whole numbers with these totals were found
 */
export function exactSetsOf(totals: TargetTotals, proportions: readonly number[], random: Random): number[] {
  const demands = demandsOf(totals);
  const wanted = rake(demands, proportions);
  const counts = wanted.map((value) => Math.round(value));
  const missedBy = (): number =>
    demands.reduce((missed, demand) => missed + Math.abs(demand.total - sumOver(counts, demand.sets)), 0);
  const costOf = (missed: number): number =>
    MISS_WEIGHT * missed + counts.reduce((sum, count, set) => sum + Math.abs(count - (wanted[set] as number)), 0);
  let missed = missedBy();
  let cost = costOf(missed);
  for (let step = 0; step < STEPS_MAX && missed > 0; step += 1) {
    const [set, other] = [random.between(1, SETS - 1), random.between(1, SETS - 1)];
    const before = [counts[set] as number, counts[other] as number] as const;
    counts[set] = Math.max(0, before[0] + (random.chance(0.5) ? 1 : -1));
    if (set !== other && random.chance(0.7)) counts[other] = Math.max(0, before[1] + (random.chance(0.5) ? 1 : -1));
    const missedNow = missedBy();
    const next = costOf(missedNow);
    if (next <= cost || random.next() < Math.exp((cost - next) / TEMPERATURE)) [cost, missed] = [next, missedNow];
    else [counts[set], counts[other]] = before;
  }
  if (missed > 0) throw new Error('no whole numbers were found that have the totals of the target persons');
  return counts;
}

type Demand = { sets: readonly number[]; total: number };

function demandsOf(totals: TargetTotals): Demand[] {
  const sets = Array.from({ length: SETS - 1 }, (_, i) => i + 1);
  return [
    ...DIMENSIONS.map((_, d) => ({
      sets: sets.filter((set) => set & dimensionBit(d)),
      total: totals.byDimension[d] ?? 0,
    })),
    { sets: sets.filter((set) => bitCount(set) >= 3), total: totals.anyThree },
    {
      sets: sets.filter((set) => (set & HEALTH_LIVING_INCOME) === HEALTH_LIVING_INCOME),
      total: totals.healthLivingIncome,
    },
    { sets, total: totals.persons },
  ];
}

function rake(demands: readonly Demand[], proportions: readonly number[]): number[] {
  const counts = proportions.map((count, set) => (set === 0 ? 0 : count));
  for (let round = 0; round < RAKING_ROUNDS; round += 1) {
    for (const { sets, total } of demands) {
      const sum = sumOver(counts, sets);
      if (sum > 0) for (const set of sets) counts[set] = ((counts[set] as number) * total) / sum;
    }
  }
  return counts;
}

function sumOver(counts: readonly number[], sets: readonly number[]): number {
  return sets.reduce((sum, set) => sum + (counts[set] as number), 0);
}
