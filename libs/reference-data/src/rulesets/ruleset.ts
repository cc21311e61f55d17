import type { BilingualText } from '../bilingual';
import type { IndicatorSet } from '../indicators/indicator';

/** An exact fraction of two whole numbers, `den` above zero. */
export type Fraction = { readonly num: number; readonly den: number };

/** The five dimensions of TPMAP. A ruleset may have others. */
export type TpmapDimension = 'health' | 'living' | 'education' | 'income' | 'access';

/**
 * A dimension: failed when any of its indicators is failed. Its place in the ruleset's list is its place, from the left, in masks
 * such as `10010`.
 */
export type Dimension<Key extends string = string> = BilingualText & {
  readonly key: Key;
  /** Indicator numbers of the ruleset's indicator set, ascending. */
  readonly indicators: readonly number[];
  /** The last part of the dimension's column in TPMAP's files. */
  readonly tpmapField?: string;
};

/**
 * When a household counts as poor, from what it fails.
 * `any`: at least one dimension · `atLeast`: at least `dimensions` of them · `namedSet`: all of the named ones ·
 * `weighted`: the sum of the failed indicators' weights over `denominator` is at least `cutoff`, compared exactly as
 * sum × cutoff.den ≥ cutoff.num × denominator. Weights are whole numbers by indicator number and add up to `denominator`.
 */
export type Identification<Key extends string = string> =
  | { readonly kind: 'any' }
  | { readonly kind: 'atLeast'; readonly dimensions: number }
  | { readonly kind: 'namedSet'; readonly dimensions: readonly Key[] }
  | {
      readonly kind: 'weighted';
      readonly denominator: number;
      readonly weights: Readonly<Record<number, number>>;
      readonly cutoff: Fraction;
    };

/** What an answer that is neither pass nor fail counts as. */
export type AnswerPolicy = 'notFailed' | 'failed';

/** Who is a target person: a member of a poor household who himself passed the state-welfare verification. */
export type TargetRule = { readonly kind: 'poorAndWelfareVerified' };

/** A rule of scoring as data: a version of it never changes; a change is a new version. */
export type Ruleset<Key extends string = string> = {
  readonly id: string;
  readonly version: number;
  readonly title: BilingualText;
  /** Data years (B.E., inclusive) the rule is meant for. */
  readonly dataYears: { readonly from: number; readonly to: number };
  /** Id of the indicator set whose numbers and thresholds the rule uses. */
  readonly indicatorSet: string;
  readonly dimensions: readonly Dimension<Key>[];
  readonly identification: Identification<Key>;
  readonly unknown: AnswerPolicy;
  readonly notApplicable: AnswerPolicy;
  readonly target: TargetRule;
  /** Further sets of households, by flag, beside the poor ones. */
  readonly flags: Readonly<Record<string, Identification<Key>>>;
};

/**
 * The mask of a set of dimensions as a whole number whose binary digits are the mask's text: the first dimension is the highest
 * bit. Throws a RangeError for a key the ruleset does not have.
 *
 * @example dimensionMask(tpmap2561, ['health', 'income']) // 0b10010
 */
export function dimensionMask<Key extends string>(ruleset: Ruleset<Key>, keys: Iterable<Key>): number {
  let mask = 0;
  for (const key of keys) {
    const place = ruleset.dimensions.findIndex((dimension) => dimension.key === key);
    if (place < 0) throw new RangeError(`${ruleset.id} has no dimension ${key}.`);
    mask |= 1 << (ruleset.dimensions.length - 1 - place);
  }
  return mask;
}

/** The keys of the dimensions in a mask, in the ruleset's order. Bits beyond its dimensions are ignored. */
export function dimensionsOfMask<Key extends string>(ruleset: Ruleset<Key>, mask: number): Key[] {
  const last = ruleset.dimensions.length - 1;
  return ruleset.dimensions.filter((_, place) => (mask >> (last - place)) & 1).map(({ key }) => key);
}

/**
 * A mask as files and people write it, one digit a dimension.
 *
 * @example maskText(tpmap2561, 0b10010) // '10010'
 */
export function maskText(ruleset: Ruleset, mask: number): string {
  return mask.toString(2).padStart(ruleset.dimensions.length, '0');
}

/** The numbers of every indicator a ruleset uses, ascending. */
export function indicatorsOfRuleset(ruleset: Ruleset): number[] {
  return ruleset.dimensions.flatMap(({ indicators }) => indicators).sort((left, right) => left - right);
}

/**
 * What is wrong with a ruleset, in plain sentences; empty when it can be used. Checks what types cannot: numbers exist, no indicator
 * is in two dimensions, sets name existing dimensions, weights are whole and add up, cut-offs lie within 0 and 1.
 */
export function rulesetFaults(ruleset: Ruleset, set: IndicatorSet): string[] {
  return rulesetFaultTexts(ruleset, set).map(({ en }) => en);
}

/** The same as {@link rulesetFaults}, in Thai and English. */
export function rulesetFaultTexts(ruleset: Ruleset, set: IndicatorSet): BilingualText[] {
  const faults: BilingualText[] = [];
  const keys = ruleset.dimensions.map(({ key }) => key);
  if (keys.length === 0) faults.push({ th: 'ไม่มีด้านใดเลย', en: 'There is no dimension.' });
  if (new Set(keys).size < keys.length) faults.push({ th: 'มีสองด้านใช้รหัสเดียวกัน', en: 'Two dimensions have one key.' });
  if (ruleset.indicatorSet !== set.id) {
    faults.push({
      th: `ชุดตัวชี้วัดคือ ${set.id} ไม่ใช่ ${ruleset.indicatorSet}`,
      en: `The indicator set is ${set.id}, not ${ruleset.indicatorSet}.`,
    });
  }
  if (ruleset.dataYears.from > ruleset.dataYears.to) {
    faults.push({ th: 'ปีข้อมูลสุดท้ายมาก่อนปีแรก', en: 'The data years end before they begin.' });
  }
  const used = indicatorsOfRuleset(ruleset);
  if (new Set(used).size < used.length) {
    faults.push({ th: 'มีตัวชี้วัดอยู่ในสองด้าน', en: 'An indicator is in two dimensions.' });
  }
  const known = new Set(set.indicators.map(({ number }) => number));
  for (const number of used) {
    if (!known.has(number)) faults.push({ th: `ไม่มีตัวชี้วัดที่ ${number}`, en: `There is no indicator ${number}.` });
  }
  for (const { key, indicators } of ruleset.dimensions) {
    if (indicators.length === 0) faults.push({ th: `ด้าน ${key} ไม่มีตัวชี้วัด`, en: `Dimension ${key} has no indicator.` });
  }
  faults.push(...identificationFaults(ruleset.identification, keys, used));
  for (const flag of Object.values(ruleset.flags)) faults.push(...identificationFaults(flag, keys, used));
  return faults;
}

function identificationFaults(rule: Identification, keys: readonly string[], used: readonly number[]): BilingualText[] {
  switch (rule.kind) {
    case 'any':
      return [];
    case 'atLeast': {
      const isPossible = Number.isInteger(rule.dimensions) && rule.dimensions >= 1 && rule.dimensions <= keys.length;
      if (isPossible) return [];
      return [
        {
          th: `กำหนดอย่างน้อย ${rule.dimensions} จาก ${keys.length} ด้านไม่ได้`,
          en: `At least ${rule.dimensions} of ${keys.length} dimensions cannot be asked for.`,
        },
      ];
    }
    case 'namedSet': {
      if (rule.dimensions.length === 0) return [{ th: 'ชุดด้านที่ระบุว่างเปล่า', en: 'A named set is empty.' }];
      return rule.dimensions
        .filter((key) => !keys.includes(key))
        .map((key) => ({ th: `ไม่มีด้าน ${key}`, en: `There is no dimension ${key}.` }));
    }
    case 'weighted':
      return weightFaults(rule, used);
  }
}

function weightFaults(rule: Extract<Identification, { kind: 'weighted' }>, used: readonly number[]): BilingualText[] {
  const faults: BilingualText[] = [];
  const { weights, denominator, cutoff } = rule;
  const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
  if (!Object.values(weights).every((weight) => Number.isInteger(weight) && weight > 0)) {
    faults.push({ th: 'น้ำหนักต้องเป็นจำนวนเต็มบวก', en: 'A weight is not a whole number above zero.' });
  }
  if (sum !== denominator) {
    faults.push({
      th: `น้ำหนักรวมได้ ${sum} ไม่ใช่ ${denominator}`,
      en: `The weights add up to ${sum}, not to ${denominator}.`,
    });
  }
  const weighted = Object.keys(weights).map(Number);
  for (const number of used) {
    if (weights[number] !== undefined) continue;
    faults.push({ th: `ตัวชี้วัดที่ ${number} ไม่มีน้ำหนัก`, en: `Indicator ${number} has no weight.` });
  }
  for (const number of weighted) {
    if (used.includes(number)) continue;
    faults.push({ th: `ตัวชี้วัดที่ ${number} ไม่อยู่ในด้านใด`, en: `Indicator ${number} is in no dimension.` });
  }
  const isWhole = Number.isInteger(cutoff.num) && Number.isInteger(cutoff.den);
  if (!isWhole || cutoff.den < 1 || cutoff.num < 0 || cutoff.num > cutoff.den) {
    faults.push({
      th: 'เกณฑ์ตัดไม่ใช่เศษส่วนระหว่าง 0 กับ 1',
      en: 'The cut-off is not a fraction within 0 and 1.',
    });
  }
  return faults;
}
