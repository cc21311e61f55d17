import { householdOfText, memberOfText } from '../sources/staged-lines';
import type { SurveyedHousehold } from '../sources/bmn-survey';
import type { SpoolLine } from './spool.file';

/** A household joined with its members. `text` is everything both parts said of it, whatever the order of their rows. */
export interface JoinedHousehold extends SurveyedHousehold {
  readonly ord: number;
  readonly text: string;
}

/** Joins the lines of one bucket. Members whose household is not among the lines are left out. */
export function joinHouseholds(households: readonly SpoolLine[], members: readonly SpoolLine[]): JoinedHousehold[] {
  const membersOf = new Map<number, SpoolLine[]>();
  for (const line of members) {
    const lines = membersOf.get(line.ord);
    if (lines) lines.push(line);
    else membersOf.set(line.ord, [line]);
  }
  return households.map(({ row, ord, text }) => {
    const household = householdOfText(text);
    const roster = (membersOf.get(ord) ?? [])
      .map((line) => ({ row: line.row, text: line.text, member: memberOfText(household.ref, line.text) }))
      .sort((left, right) => left.member.memberNo - right.member.memberNo || left.row - right.row);
    let whole = text;
    for (const member of roster) whole += `\n${member.text}`;
    return { row, ord, household, members: roster, text: whole };
  });
}
