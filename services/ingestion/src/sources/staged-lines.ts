import type { HouseholdRow } from './bmn-household';
import type { MemberRow } from './bmn-member';

/** Text of a household row as it is staged. The same row always gives the same text. */
export function householdText(row: HouseholdRow): string {
  return JSON.stringify([
    ...[row.ref, row.villageCode, row.surveyedOn, row.answers, row.incomeSatang],
    ...[row.birthWeightG, row.drinkingWaterL, row.utilityWaterL, row.happiness],
    ...[row.houseCode, row.houseNo, row.moo, row.soi, row.road],
  ]);
}

/** The row of a {@link householdText}. */
export function householdOfText(text: string): HouseholdRow {
  const [ref, villageCode, surveyedOn, answers, incomeSatang, ...rest] = JSON.parse(text) as [
    ...[string, string, string, string, number],
    ...[number | null, number | null, number | null, number | null],
    ...[string, string, string, string, string],
  ];
  const [birthWeightG, drinkingWaterL, utilityWaterL, happiness, houseCode, houseNo, moo, soi, road] = rest;
  return {
    ...{ ref, villageCode, surveyedOn, answers, incomeSatang, birthWeightG, drinkingWaterL, utilityWaterL },
    ...{ happiness, houseCode, houseNo, moo, soi, road },
  };
}

/** Text of a member row as it is staged, without his household's reference. */
export function memberText(row: MemberRow): string {
  return JSON.stringify([
    ...[row.memberNo, row.isHead, row.title, row.firstName, row.lastName, row.sex, row.number],
    ...[
      row.document.kind,
      row.document.check,
      row.bornOn,
      row.bornPrecision,
      row.relation,
      row.health,
      row.canHelpSelf,
    ],
  ]);
}

/** The row of a {@link memberText}, in the household of `ref`. */
export function memberOfText(ref: string, text: string): MemberRow {
  const [memberNo, isHead, title, firstName, lastName, sex, number, ...rest] = JSON.parse(text) as [
    ...[number, boolean, string, string, string, MemberRow['sex'], string],
    ...[MemberRow['document']['kind'], MemberRow['document']['check'], string | null, MemberRow['bornPrecision']],
    ...[MemberRow['relation'], MemberRow['health'], boolean],
  ];
  const [kind, check, bornOn, bornPrecision, relation, health, canHelpSelf] = rest;
  return {
    ...{ ref, memberNo, isHead, title, firstName, lastName, sex, number, document: { kind, check } },
    ...{ bornOn, bornPrecision, relation, health, canHelpSelf },
  };
}
