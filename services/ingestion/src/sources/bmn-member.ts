import type { SurveyedMember, VaultDocument } from '@faemban/contracts';
import { parseIdentityNumber, parseThaiDate } from '@faemban/thai';
import { textCharactersMax } from './bmn-household';
import { readFlag, readReference, readWhole } from './cells';
import type { Places } from './header';
import type { ProblemCode } from './problem-sentences';
import type { RowReport } from './row-problem';

/** The columns of the members part. */
export const memberColumns = [
  ...['household_ref', 'member_no', 'is_head', 'title', 'first_name', 'last_name', 'sex', 'citizen_id', 'birth_date'],
  ...['relation', 'health', 'can_help_self'],
] as const;

const numberPlace = 7;
const birthPlace = 8;

/** A member as his row says. Name, number and birth date are personal. */
export interface MemberRow {
  readonly ref: string;
  readonly memberNo: number;
  readonly isHead: boolean;
  readonly title: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly sex: SurveyedMember['sex'];
  readonly number: string;
  readonly document: VaultDocument;
  readonly bornOn: string | null;
  readonly bornPrecision: 'day' | 'month' | 'year' | null;
  readonly relation: SurveyedMember['relation'];
  readonly health: 'normal' | 'disabled' | 'chronicallyIll';
  readonly canHelpSelf: boolean;
}

const sexes: Readonly<Record<string, SurveyedMember['sex']>> = {
  ...{ ชาย: 'male', M: 'male', m: 'male', หญิง: 'female', F: 'female', f: 'female', '': 'unknown' },
};
const relations: readonly string[] = ['head', 'spouse', 'child', 'parent', 'grandchild', 'sibling', 'other'];
const healths = ['normal', 'disabled', 'chronicallyIll'] as const;

/** Reads rows of the members part. Says what is wrong with a row and answers undefined unless the row is sound. */
export class MemberRows {
  constructor(
    private readonly places: Places,
    private readonly report: RowReport,
  ) {}

  referenceOf(cells: readonly string[]): string | undefined {
    return readReference(this.cell(cells, 0));
  }

  read(cells: readonly string[], row: number): MemberRow | undefined {
    this.report.begin();
    const ref = this.referenceOf(cells);
    if (ref === undefined) this.say(row, 0, 'household-ref-malformed');
    const memberNo = readWhole(this.cell(cells, 1));
    if (memberNo === undefined || !(memberNo >= 1 && memberNo <= 99)) this.say(row, 1, 'member-no-unreadable');
    const isHead = this.flag(cells, row, 2);
    const title = this.text(cells, row, 3);
    const firstName = this.text(cells, row, 4);
    const lastName = this.text(cells, row, 5);
    if (firstName === '') this.say(row, 4, 'name-missing');
    const sex = sexes[this.cell(cells, 6).trim()];
    if (sex === undefined) this.say(row, 6, 'sex-unreadable');
    const { number, document } = this.number(cells, row);
    const { bornOn, bornPrecision } = this.birth(cells, row);
    const relation = this.cell(cells, 9).trim();
    if (!relations.includes(relation)) this.say(row, 9, 'relation-unreadable');
    const health = healths[readWhole(this.cell(cells, 10)) ?? -1];
    if (health === undefined) this.say(row, 10, 'health-unreadable');
    const canHelpSelf = this.flag(cells, row, 11);
    if (!this.report.isRowSound || ref === undefined || memberNo === undefined) return undefined;
    if (sex === undefined || health === undefined || isHead === undefined || canHelpSelf === undefined)
      return undefined;
    return {
      ref,
      memberNo,
      isHead,
      title,
      firstName,
      lastName,
      sex,
      number,
      document,
      bornOn,
      bornPrecision,
      relation: relation as SurveyedMember['relation'],
      health,
      canHelpSelf,
    };
  }

  private cell(cells: readonly string[], column: number): string {
    return cells[this.places[column] as number] as string;
  }

  private say(row: number, column: number, code: ProblemCode): void {
    this.report.say(row, memberColumns[column] ?? null, code);
  }

  private text(cells: readonly string[], row: number, column: number): string {
    const text = this.cell(cells, column).trim();
    if (text.length > textCharactersMax) this.say(row, column, 'text-too-long');
    return text;
  }

  private flag(cells: readonly string[], row: number, column: number): boolean | undefined {
    const flag = readFlag(this.cell(cells, column));
    if (flag === undefined) this.say(row, column, 'flag-unreadable');
    return flag;
  }

  private number(cells: readonly string[], row: number): { number: string; document: VaultDocument } {
    return readNumber(this.cell(cells, numberPlace), row, memberColumns[numberPlace] ?? '', this.report);
  }

  private birth(cells: readonly string[], row: number): Pick<MemberRow, 'bornOn' | 'bornPrecision'> {
    const text = this.cell(cells, birthPlace);
    if (text.trim() === '') {
      this.say(row, birthPlace, 'birth-date-missing');
      return { bornOn: null, bornPrecision: null };
    }
    const date = parseThaiDate(text);
    if (date.ok) return { bornOn: date.iso, bornPrecision: date.precision };
    this.report.tell(row, memberColumns[birthPlace] ?? null, date.problem.code, 'error', date.problem.sentence);
    return { bornOn: null, bornPrecision: null };
  }
}

/** Reads an identity number and says what is wrong with it: an error refuses it, a warning is for whoever verifies the person. */
export function readNumber(
  cell: string,
  row: number,
  column: string,
  report: RowReport,
): { number: string; document: VaultDocument } {
  const { kind, normalised, check, problem } = parseIdentityNumber(cell);
  if (problem !== undefined) report.tell(row, column, problem.code, problem.severity, problem.sentence);
  const fared = check === 'failed' && problem?.severity === 'warning' ? 'warned' : check;
  return { number: normalised, document: { kind, check: fared } };
}
