import type { SurveyedMember, VaultMember } from '@faemban/contracts';
import {
  applicabilityTo,
  type Indicator,
  type IndicatorSet,
  indicatorSets,
  type MemberFacts,
  meetsThreshold,
} from '@faemban/reference-data';
import { completedAge } from '@faemban/thai';
import type { HouseholdRow } from './bmn-household';
import type { MemberRow } from './bmn-member';
import type { RowReport } from './row-problem';

/** The mapping of the form onto events; a change in what is read from a file is a new version. */
export const bmnMapping = 'bmn-form/v1';
/** From this completed age on a member is elderly. */
export const elderlyAgeYears = 60;
/** Most members of a household; more is a mistake in the reference. */
export const membersMax = 60;
const ageYearsMax = 130;

/** The set of indicators the form asked in a round, or undefined where it had another form. */
export function findFormOfRound(round: number): IndicatorSet | undefined {
  return indicatorSets.find(({ dataYears }) => round >= dataYears.from && round <= dataYears.to);
}

/** A household with its members in the order of their numbers, each with its row. */
export interface SurveyedHousehold {
  readonly row: number;
  readonly household: HouseholdRow;
  readonly members: readonly { readonly row: number; readonly member: MemberRow }[];
}

/** What the households part and the members part say only together. Says what is wrong on either part's report. */
export class HouseholdChecks {
  private readonly thresholds: readonly Indicator[];
  private readonly concerning: readonly Indicator[];

  constructor(
    form: IndicatorSet,
    private readonly households: RowReport,
    private readonly members: RowReport,
  ) {
    this.thresholds = form.indicators.filter(({ threshold }) => threshold !== undefined);
    this.concerning = form.indicators.filter(({ appliesTo }) => appliesTo !== 'all');
  }

  /** Whether the household is sound. */
  check(surveyed: SurveyedHousehold): boolean {
    this.households.begin();
    this.members.begin();
    const { members, row } = surveyed;
    if (members.length === 0) this.households.say(row, 'household_ref', 'household-without-members');
    if (members.length > membersMax) this.households.say(row, 'household_ref', 'household-too-large');
    if (members.length > 0) {
      this.checkRoster(surveyed);
      this.checkAnswers(surveyed);
    }
    return this.households.isRowSound && this.members.isRowSound;
  }

  private checkRoster({ row, household, members }: SurveyedHousehold): void {
    const numbers = new Set<string>();
    let heads = 0;
    let previous = 0;
    for (const { row: memberRow, member } of members) {
      if (member.memberNo === previous) this.members.say(memberRow, 'member_no', 'member-no-twice');
      previous = member.memberNo;
      if (member.isHead) heads += 1;
      if (member.number !== '') {
        if (numbers.has(member.number)) this.members.say(memberRow, 'citizen_id', 'number-twice-in-household');
        numbers.add(member.number);
      }
      if (member.bornOn !== null) {
        if (member.bornOn > household.surveyedOn && !isSamePeriod(member, household.surveyedOn)) {
          this.members.say(memberRow, 'birth_date', 'birth-after-interview');
        } else if (completedAge(member.bornOn, household.surveyedOn) > ageYearsMax) {
          this.members.say(memberRow, 'birth_date', 'age-implausible');
        }
      }
    }
    if (heads !== 1) this.households.say(row, null, 'head-not-one');
  }

  private checkAnswers({ row, household, members }: SurveyedHousehold): void {
    const raw = {
      lowestBirthWeightG: household.birthWeightG ?? undefined,
      drinkingWaterLPerPersonDay: household.drinkingWaterL ?? undefined,
      utilityWaterLPerPersonDay: household.utilityWaterL ?? undefined,
      incomeSatangPerYear: household.incomeSatang,
      members: members.length,
    };
    for (const { number, threshold } of this.thresholds) {
      if (threshold === undefined) continue;
      const answer = household.answers.charAt(number - 1);
      const meets = meetsThreshold(threshold, raw);
      if (meets === undefined) {
        if (answer === 'p' || answer === 'f') this.households.say(row, `ind${number}`, 'figure-missing');
      } else if (meets === (answer === 'f')) {
        this.households.say(row, `ind${number}`, 'answer-contradicts-figure');
      }
    }
    const facts = members.map(({ member }) => factsOf(member, household.surveyedOn));
    for (const indicator of this.concerning) {
      const answer = household.answers.charAt(indicator.number - 1);
      if (answer === 'u') continue;
      const applies = applicabilityTo(indicator, facts);
      if (applies !== 'notKnown' && (applies === 'no') !== (answer === 'n')) {
        this.households.say(row, `ind${indicator.number}`, 'indicator-not-applicable');
        return;
      }
    }
  }
}

/** A date of which only the year or month is known may stand for a day after an interview in that year or month. */
function isSamePeriod({ bornOn, bornPrecision }: MemberRow, day: string): boolean {
  const known = bornPrecision === 'year' ? 4 : bornPrecision === 'month' ? 7 : 10;
  return bornOn?.slice(0, known) === day.slice(0, known);
}

function ageOf({ bornOn }: MemberRow, surveyedOn: string): number | null {
  return bornOn === null ? null : Math.max(0, completedAge(bornOn, surveyedOn));
}

/** A member of unknown age is taken for a grown-up: nothing here applies to him by age alone. */
function factsOf(member: MemberRow, surveyedOn: string): MemberFacts {
  return {
    ageYears: ageOf(member, surveyedOn) ?? 40,
    health: member.health,
    canHelpSelf: member.canHelpSelf,
  };
}

/** What the vault gets of a member. */
export function vaultMemberOf(member: MemberRow): VaultMember {
  const { title, firstName, lastName, number, document, bornOn, bornPrecision } = member;
  return { title, firstName, lastName, number, document, bornOn, bornPrecision };
}

/** What an event gets of a member: coded facts under the id the vault gave. */
export function surveyedMemberOf(member: MemberRow, surveyedOn: string, personId: string): SurveyedMember {
  const age = ageOf(member, surveyedOn);
  return {
    personId,
    memberNo: member.memberNo,
    isHead: member.isHead,
    sex: member.sex,
    age,
    elderly: age !== null && age >= elderlyAgeYears,
    disabled: member.health === 'disabled',
    chronic: member.health === 'chronicallyIll',
    canHelpSelf: member.canHelpSelf,
    relation: member.relation,
  };
}
