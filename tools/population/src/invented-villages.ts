import { DIMENSION_INDICATORS, INDEX_INDICATORS, INDICATOR_COUNT, dimensionBit } from './indicators';
import { sizesAddingUpTo } from './households';
import type { Random } from './random';
import { exactSetsOf } from './exact-sets';
import type { TargetTotals } from './exact-sets';
import type { PoorCell, VillageFigures } from './village-figures';

/** Totals of a place where only these are known. */
export type AreaTotals = { code: string; households: number; persons: number; targetPersons: number };

/** What is known of a district of which no village figures are at hand. */
export type DistrictTotals = AreaTotals & {
  poorHouseholds: number;
  poorPersons: number;
  target: TargetTotals;
  /** Its tambons and municipal areas, with the number of their villages where that is known. */
  areas: readonly (AreaTotals & { villages?: number })[];
};

/** Proportions of the province that fill in what is not known of a district; shares of persons. */
export type Proportions = {
  /** Target persons by exact set of dimensions, 32 counts. */
  sets: readonly number[];
  registeredPerPerson: number;
  verifiedPerPerson: number;
  /** Registered persons for each target person among the poor. */
  registeredPerTarget: number;
  elderlyPerPerson: number;
  disabledPerPerson: number;
  chronicPerPerson: number;
  /** Members of households an indicator applies to, by indicator. */
  applicable: readonly number[];
  /** Target persons failing each indicator, by indicator. */
  targetFailing: readonly number[];
  /** Of the persons an indicator applies to, those who fail it, by indicator. */
  failing: readonly number[];
  happiness: number;
};

const VILLAGES_WHERE_UNKNOWN = 5;

/** One poor household that is to stand somewhere in the district. */
type Poor = { dimensions: number; size: number; verified: 0 | 1; failed: number };

/**
 * Invents villages for a district: its totals come out exactly (households, persons, poor ones, target persons and the five
 * dimensions), those of its tambons too for households, persons and target persons; the rest follows the province.
 */
export function inventVillages(district: DistrictTotals, proportions: Proportions, random: Random): VillageFigures[] {
  const areas = district.areas.filter(({ households }) => households > 0);
  checkAreas(district, areas);
  const poor = dealPoor(poorHouseholds(district, proportions, random), areas, random);
  return areas.flatMap((area, a) => {
    const own = poor[a] as Poor[];
    const poorPersons = sum(own.map(({ size }) => size));
    const otherSizes = sizesAddingUpTo(area.persons - poorPersons, area.households - own.length, random);
    return villagesOf(area, own, otherSizes, proportions, random);
  });
}

function checkAreas(district: DistrictTotals, areas: readonly AreaTotals[]): void {
  for (const what of ['households', 'persons', 'targetPersons'] as const) {
    const total = sum(areas.map((area) => area[what]));
    if (total !== district[what])
      throw new Error(`${what} of district ${district.code}: ${district[what]}, its areas have ${total}`);
  }
}

function poorHouseholds(district: DistrictTotals, proportions: Proportions, random: Random): Poor[] {
  const targets = exactSetsOf(district.target, proportions.sets, random);
  const numbers = apportion(district.poorHouseholds - district.targetPersons, targets).map(
    (more, set) => more + (targets[set] as number),
  );
  const sizes = sizesAddingUpTo(district.poorPersons, district.poorHouseholds, random);
  return numbers.flatMap((number, dimensions) =>
    Array.from({ length: number }, (_, k): Poor => {
      const verified = k < (targets[dimensions] as number) ? 1 : 0;
      return {
        dimensions,
        size: sizes.pop() ?? 1,
        verified,
        failed: verified ? failuresOf(dimensions, proportions, random) : 0,
      };
    }),
  );
}

/** What a household with a target person fails: something in each dimension, and here and there more. */
function failuresOf(dimensions: number, { targetFailing }: Proportions, random: Random): number {
  let failed = 0;
  DIMENSION_INDICATORS.forEach((own, d) => {
    if (!(dimensions & dimensionBit(d))) return;
    const choices = Array.from({ length: INDICATOR_COUNT }, (_, i) => i).filter((i) => own & (1 << i));
    const weights = choices.map((i) => targetFailing[i] as number);
    let at = random.next() * sum(weights);
    const chosen = choices.find((_, k) => (at -= weights[k] as number) < 0) ?? (choices[0] as number);
    failed |= 1 << chosen;
  });
  for (let i = 0; i < INDICATOR_COUNT; i += 1) {
    if (!(INDEX_INDICATORS & (1 << i)) && random.chance(targetFailing[i] as number)) failed |= 1 << i;
  }
  return failed;
}

/** Target persons go where they are known to be; the other poor households anywhere there is room. */
function dealPoor(poor: readonly Poor[], areas: readonly AreaTotals[], random: Random): Poor[][] {
  const dealt = areas.map((): Poor[] => []);
  const targets = random.shuffle(poor.filter(({ verified }) => verified));
  areas.forEach((area, a) => dealt[a]?.push(...targets.splice(0, area.targetPersons)));
  const room = areas.map(({ households, persons }, a) => ({
    households: households - sum(dealt[a]?.map(() => 1) ?? []),
    persons: persons - households - sum(dealt[a]?.map(({ size }) => size - 1) ?? []),
  }));
  const others = random.shuffle(poor.filter(({ verified }) => !verified)).sort((one, other) => other.size - one.size);
  for (const household of others) {
    const open = room.flatMap(({ households, persons }, a) =>
      households > 0 && persons >= household.size - 1 ? [a] : [],
    );
    const weights = open.map((a) => (room[a] as { households: number }).households);
    let at = random.next() * sum(weights);
    const a = open.find((_, k) => (at -= weights[k] as number) < 0) ?? open[0];
    if (a === undefined) throw new Error('the areas have no room for the poor households of the district');
    dealt[a]?.push(household);
    const left = room[a] as { households: number; persons: number };
    left.households -= 1;
    left.persons -= household.size - 1;
  }
  return dealt;
}

function villagesOf(
  area: AreaTotals & { villages?: number },
  poor: readonly Poor[],
  otherSizes: readonly number[],
  proportions: Proportions,
  random: Random,
): VillageFigures[] {
  const number = Math.max(1, Math.min(area.villages ?? VILLAGES_WHERE_UNKNOWN, area.households));
  const weights = Array.from({ length: number }, () => 0.5 + random.next());
  const place = (): number => {
    let at = random.next() * sum(weights);
    return Math.max(
      0,
      weights.findIndex((weight) => (at -= weight) < 0),
    );
  };
  const villages = weights.map(() => ({ poor: [] as Poor[], others: [] as number[] }));
  for (const household of poor) villages[place()]?.poor.push(household);
  for (const size of otherSizes) villages[place()]?.others.push(size);
  return villages.flatMap(({ poor: own, others }, v) => {
    const villageId = `${area.code}${String(v + 1).padStart(2, '0')}01`;
    return own.length + others.length === 0 ? [] : [figuresOf(villageId, own, others, proportions, random)];
  });
}

function figuresOf(
  villageId: string,
  poor: readonly Poor[],
  others: readonly number[],
  proportions: Proportions,
  random: Random,
): VillageFigures {
  const cells = cellsOf(poor, proportions, random);
  const households = poor.length + others.length;
  const otherPersons = sum(others);
  const members = otherPersons + sum(poor.map(({ size }) => size));
  const about = (share: number, of: number): number => Math.min(of, Math.floor(share * of + random.next()));
  const verified = about(proportions.verifiedPerPerson, otherPersons);
  const registered = Math.max(verified, about(proportions.registeredPerPerson, otherPersons));
  const disabled = about(proportions.disabledPerPerson, members);
  const decided = decidedFailures(poor);
  const applicable = proportions.applicable.map((share, i) =>
    Math.max(Math.round(share * members), decided[i] as number),
  );
  return {
    villageId,
    households,
    members,
    registered: registered + sum(cells.map((cell) => cell.registered)),
    verified: verified + sum(cells.map((cell) => cell.verified)),
    elderly: about(proportions.elderlyPerPerson, members),
    disabled,
    chronic: Math.min(members - disabled, about(proportions.chronicPerPerson, members)),
    happiness: { sum: Math.round(proportions.happiness * households), count: households },
    applicable,
    failing: applicable.map((persons, i) =>
      INDEX_INDICATORS & (1 << i)
        ? undefined
        : Math.max(Math.round(persons * (proportions.failing[i] as number)), decided[i] as number),
    ),
    cells,
  };
}

function cellsOf(poor: readonly Poor[], proportions: Proportions, random: Random): PoorCell[] {
  const sets = [...new Set(poor.map(({ dimensions }) => dimensions))].sort((one, other) => one - other);
  return sets.map((dimensions) => {
    const own = poor.filter((household) => household.dimensions === dimensions);
    const persons = sum(own.map(({ size }) => size));
    const verified = sum(own.map((household) => household.verified));
    const registered = Math.min(persons, Math.floor(verified * proportions.registeredPerTarget + random.next()));
    const failing = Array.from(
      { length: INDICATOR_COUNT },
      (_, i) => own.filter(({ failed }) => failed & (1 << i)).length,
    );
    return { dimensions, households: own.length, persons, registered, verified, failing };
  });
}

/** Members of the households with target persons that fail each indicator. */
function decidedFailures(poor: readonly Poor[]): number[] {
  return Array.from({ length: INDICATOR_COUNT }, (_, i) =>
    sum(poor.filter(({ failed }) => failed & (1 << i)).map(({ size }) => size)),
  );
}

/** Whole numbers in the given proportions with exactly this sum (largest remainders). */
export function apportion(total: number, weights: readonly number[]): number[] {
  const whole = sum(weights);
  const shares = weights.map((weight) => (total * weight) / whole);
  const numbers = shares.map(Math.floor);
  const order = shares
    .map((share, k) => [share - Math.floor(share), k] as const)
    .sort((one, other) => other[0] - one[0]);
  const rest = total - sum(numbers);
  for (const [, k] of order.slice(0, rest)) numbers[k] = (numbers[k] as number) + 1;
  return numbers;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
