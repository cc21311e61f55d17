import type { BilingualText } from '../bilingual';

/** What a household's roster says of a member's health: one of three answers of the form. */
export type MemberHealth = 'normal' | 'disabled' | 'chronicallyIll';

/** Situations the form asks about without saying which member it is: the file cannot tell. */
export type MemberSituation = 'lowerSecondaryLeaverOfTheYear' | 'leftSchoolWithoutWork';

/** Which members an indicator is about. Ages are completed years on the interview day, both ends inclusive. */
export type MemberCondition = {
  readonly ageFrom?: number;
  readonly ageTo?: number;
  readonly health?: MemberHealth;
  readonly situation?: MemberSituation;
  /** Disabled people who cannot help themselves are left out. */
  readonly exceptUnableToHelpSelf?: true;
  /** Full-time students are left out; the file does not say who they are. */
  readonly exceptFullTimeStudents?: true;
};

/** Who an indicator applies to: every household, or a household with such a member. */
export type Applicability = 'all' | MemberCondition;

/** A raw figure behind an answer: the answer is *pass* exactly when the figure is at least `min`. */
export type Threshold = {
  readonly measure: 'lowestBirthWeight' | 'drinkingWater' | 'utilityWater' | 'meanIncome';
  readonly min: number;
  readonly unit: 'gram' | 'litrePerPersonPerDay' | 'bahtPerPersonPerYear';
  /** Columns of the BMN form the figure comes from; several are added up, and mean income is divided by the members. */
  readonly rawFields: readonly string[];
};

/** One indicator of the household survey. */
export type Indicator = {
  readonly number: number;
  readonly th: string;
  readonly en: string;
  /** Whether the form answers it for the household or counts it by person. */
  readonly unit: 'household' | 'person';
  readonly category: number;
  readonly appliesTo: Applicability;
  readonly threshold?: Threshold;
};

/** A set of indicators as the survey had it for a run of data years (B.E., inclusive). */
export type IndicatorSet = {
  readonly id: string;
  readonly title: BilingualText;
  readonly dataYears: { readonly from: number; readonly to: number };
  readonly categories: readonly (BilingualText & { readonly number: number })[];
  readonly indicators: readonly Indicator[];
};

/** What applicability needs to know of a member. `ageYears` are completed years on the interview day. */
export type MemberFacts = {
  readonly ageYears: number;
  readonly health: MemberHealth;
  readonly canHelpSelf: boolean;
};

/** The raw figures of a household behind the four thresholds. Money in whole satang, one year, the whole household. */
export type RawFigures = {
  readonly lowestBirthWeightG?: number | undefined;
  readonly drinkingWaterLPerPersonDay?: number | undefined;
  readonly utilityWaterLPerPersonDay?: number | undefined;
  readonly incomeSatangPerYear?: number | undefined;
  readonly members: number;
};

const SATANG_PER_BAHT = 100;

/**
 * Whether an indicator applies to a household with these members; `notKnown` when that hangs on something the file does not say
 * (students, school leavers).
 */
export function applicabilityTo(indicator: Indicator, members: readonly MemberFacts[]): 'yes' | 'no' | 'notKnown' {
  const { appliesTo } = indicator;
  if (appliesTo === 'all') return 'yes';
  if (!members.some((member) => fits(member, appliesTo))) return 'no';
  return appliesTo.situation === undefined && appliesTo.exceptFullTimeStudents === undefined ? 'yes' : 'notKnown';
}

/**
 * Whether a household's raw figure reaches a threshold; undefined when the figure is not there. Exact: mean income is compared as
 * income ≥ line × members, in satang, without dividing. Throws a RangeError for mean income of a household without members.
 */
export function meetsThreshold(threshold: Threshold, raw: RawFigures): boolean | undefined {
  switch (threshold.measure) {
    case 'lowestBirthWeight':
      return reaches(raw.lowestBirthWeightG, threshold.min);
    case 'drinkingWater':
      return reaches(raw.drinkingWaterLPerPersonDay, threshold.min);
    case 'utilityWater':
      return reaches(raw.utilityWaterLPerPersonDay, threshold.min);
    case 'meanIncome':
      if (raw.members < 1) throw new RangeError('Mean income needs at least one member.');
      return reaches(raw.incomeSatangPerYear, threshold.min * SATANG_PER_BAHT * raw.members);
  }
}

function reaches(figure: number | undefined, min: number): boolean | undefined {
  return figure === undefined ? undefined : figure >= min;
}

function fits(member: MemberFacts, condition: MemberCondition): boolean {
  if (condition.ageFrom !== undefined && member.ageYears < condition.ageFrom) return false;
  if (condition.ageTo !== undefined && member.ageYears > condition.ageTo) return false;
  if (condition.health !== undefined && member.health !== condition.health) return false;
  return !(condition.exceptUnableToHelpSelf && member.health === 'disabled' && !member.canHelpSelf);
}
