import type { HouseholdRow } from './bmn-household';
import type { MemberRow } from './bmn-member';

/** Text of a household row as it is staged. The same row always gives the same text. */
export function householdText(row: HouseholdRow): string {
  return JSON.stringify([
    row.ref,
    row.villageCode,
    row.surveyedOn,
    row.answers,
    row.incomeSatang,
    row.birthWeightG,
    row.drinkingWaterL,
    row.utilityWaterL,
    row.happiness,
    row.houseCode,
    row.houseNo,
    row.moo,
    row.soi,
    row.road,
  ]);
}

type HouseholdValues = [
  ...[ref: string, villageCode: string, surveyedOn: string, answers: string, incomeSatang: number],
  ...[birthWeightG: number | null, drinkingWaterL: number | null, utilityWaterL: number | null],
  ...[happiness: number | null, houseCode: string, houseNo: string, moo: string, soi: string, road: string],
];

/** The row of a {@link householdText}. */
export function householdOfText(text: string): HouseholdRow {
  const values = JSON.parse(text) as HouseholdValues;
  return {
    ref: values[0],
    villageCode: values[1],
    surveyedOn: values[2],
    answers: values[3],
    incomeSatang: values[4],
    birthWeightG: values[5],
    drinkingWaterL: values[6],
    utilityWaterL: values[7],
    happiness: values[8],
    houseCode: values[9],
    houseNo: values[10],
    moo: values[11],
    soi: values[12],
    road: values[13],
  };
}

/** Text of a member row as it is staged, without his household's reference. */
export function memberText(row: MemberRow): string {
  return JSON.stringify([
    row.memberNo,
    row.isHead,
    row.title,
    row.firstName,
    row.lastName,
    row.sex,
    row.number,
    row.document.kind,
    row.document.check,
    row.bornOn,
    row.bornPrecision,
    row.relation,
    row.health,
    row.canHelpSelf,
  ]);
}

type MemberValues = [
  ...[memberNo: number, isHead: boolean, title: string, firstName: string, lastName: string, sex: MemberRow['sex']],
  ...[number: string, kind: MemberRow['document']['kind'], check: MemberRow['document']['check']],
  ...[bornOn: string | null, bornPrecision: MemberRow['bornPrecision'], relation: MemberRow['relation']],
  ...[health: MemberRow['health'], canHelpSelf: boolean],
];

/** The row of a {@link memberText}, in the household of `ref`. */
export function memberOfText(ref: string, text: string): MemberRow {
  const values = JSON.parse(text) as MemberValues;
  return {
    ref,
    memberNo: values[0],
    isHead: values[1],
    title: values[2],
    firstName: values[3],
    lastName: values[4],
    sex: values[5],
    number: values[6],
    document: { kind: values[7], check: values[8] },
    bornOn: values[9],
    bornPrecision: values[10],
    relation: values[11],
    health: values[12],
    canHelpSelf: values[13],
  };
}
