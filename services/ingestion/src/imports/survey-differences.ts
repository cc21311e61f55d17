import { surveyedMemberOf, type SurveyedHousehold } from '../sources/bmn-survey';
import type { RecordSurvey } from '../households/household.decisions';

/** One thing a changed survey says differently, in coded facts. `personal` is a name, number, birth date or address: only that it changed. */
export type SurveyDifference =
  | { readonly what: 'answer'; readonly indicator: number; readonly before: string; readonly after: string }
  | { readonly what: 'figure'; readonly figure: string; readonly before: number | null; readonly after: number | null }
  | { readonly what: 'happiness'; readonly before: number | null; readonly after: number | null }
  | { readonly what: 'surveyedOn' | 'village'; readonly before: string; readonly after: string }
  | { readonly what: 'members'; readonly before: number; readonly after: number }
  | { readonly what: 'member'; readonly memberNo: number }
  | { readonly what: 'personal' };

/** What a household's survey says now and did not say before. */
export function differencesOf(before: RecordSurvey['survey'], now: SurveyedHousehold): SurveyDifference[] {
  const { household, members } = now;
  const differences: SurveyDifference[] = [];
  for (let index = 0; index < household.answers.length; index += 1) {
    const [was, is] = [before.answers.charAt(index), household.answers.charAt(index)];
    if (was !== is) differences.push({ what: 'answer', indicator: index + 1, before: was, after: is });
  }
  const { incomeSatang, birthWeightG, drinkingWaterL, utilityWaterL } = household;
  for (const [figure, after] of Object.entries({ incomeSatang, birthWeightG, drinkingWaterL, utilityWaterL })) {
    const was = before.figures[figure as keyof typeof before.figures];
    if (was !== after) differences.push({ what: 'figure', figure, before: was, after });
  }
  if (before.happiness !== household.happiness) {
    differences.push({ what: 'happiness', before: before.happiness, after: household.happiness });
  }
  if (before.surveyedOn !== household.surveyedOn) {
    differences.push({ what: 'surveyedOn', before: before.surveyedOn, after: household.surveyedOn });
  }
  if (before.area.village !== household.villageCode) {
    differences.push({ what: 'village', before: before.area.village, after: household.villageCode });
  }
  if (before.members.length !== members.length) {
    differences.push({ what: 'members', before: before.members.length, after: members.length });
  }
  for (const { member } of members) {
    const was = before.members.find(({ memberNo }) => memberNo === member.memberNo);
    if (was === undefined) continue;
    const is = surveyedMemberOf(member, household.surveyedOn, was.personId);
    if (JSON.stringify(was) !== JSON.stringify(is)) differences.push({ what: 'member', memberNo: member.memberNo });
  }
  return differences.length > 0 ? differences : [{ what: 'personal' }];
}
