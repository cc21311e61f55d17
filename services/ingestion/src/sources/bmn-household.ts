import { isoDayOf, parseBaht, parseThaiDate, STAND_IN_MONTH_OF_YEAR, BUDDHIST_ERA_OFFSET_YEARS } from '@faemban/thai';
import { readDecimal, readDigits, readReference, readWhole } from './cells';
import type { Places } from './header';
import type { ProblemCode } from './problem-sentences';
import type { RowReport } from './row-problem';

/** How many indicators the form has. */
export const indicatorCount = 31;
const answerColumns = Array.from({ length: indicatorCount }, (_, index) => `ind${index + 1}`);
const incomeColumns = ['income_main_baht', 'income_secondary_baht', 'income_other_baht', 'income_own_produce_baht'];
const leading = [
  'household_ref',
  'round',
  'village_id',
  'house_code',
  'house_no',
  'moo',
  'soi',
  'road',
  'interview_date',
];
const figureColumns = ['birth_weight_g_min', 'drinking_water_l', 'utility_water_l'];

/** The columns of the households part. */
export const householdColumns: readonly string[] = [
  ...leading,
  ...incomeColumns,
  ...figureColumns,
  ...answerColumns,
  'happiness',
];

const firstIncome = leading.length;
const firstFigure = firstIncome + incomeColumns.length;
const firstAnswer = firstFigure + figureColumns.length;
const happinessPlace = firstAnswer + indicatorCount;

/** Longest free text in a cell, in characters. */
export const textCharactersMax = 200;
const figureMax = 1_000_000;

/** A household as its row says. Address texts are personal. Figures are null where the form left them blank. */
export interface HouseholdRow {
  readonly ref: string;
  readonly villageCode: string;
  readonly surveyedOn: string;
  readonly answers: string;
  readonly incomeSatang: number;
  readonly birthWeightG: number | null;
  readonly drinkingWaterL: number | null;
  readonly utilityWaterL: number | null;
  readonly happiness: number | null;
  readonly houseCode: string;
  readonly houseNo: string;
  readonly moo: string;
  readonly soi: string;
  readonly road: string;
}

/** Reads rows of the households part. Says what is wrong with a row and answers undefined unless the row is sound. */
export class HouseholdRows {
  constructor(
    private readonly places: Places,
    private readonly round: number,
    private readonly report: RowReport,
  ) {}

  /** The household's reference, even where the rest of the row is wrong; undefined when it cannot be read. */
  referenceOf(cells: readonly string[]): string | undefined {
    return readReference(this.cell(cells, 0));
  }

  read(cells: readonly string[], row: number): HouseholdRow | undefined {
    this.report.begin();
    const ref = this.referenceOf(cells);
    if (ref === undefined) this.say(row, 0, 'household-ref-malformed');
    if (readWhole(this.cell(cells, 1)) !== this.round) this.say(row, 1, 'round-differs');
    const villageCode = readDigits(this.cell(cells, 2), 10);
    if (villageCode === undefined) this.say(row, 2, 'village-code-malformed');
    const houseCode = this.cell(cells, 3).trim() === '' ? '' : readDigits(this.cell(cells, 3), 11);
    if (houseCode === undefined) this.say(row, 3, 'house-code-malformed');
    const houseNo = this.text(cells, row, 4);
    const moo = this.text(cells, row, 5);
    const soi = this.text(cells, row, 6);
    const road = this.text(cells, row, 7);
    const surveyedOn = this.interviewDay(cells, row);
    const incomeSatang = this.income(cells, row);
    const birthWeightG = this.figure(cells, row, firstFigure);
    const drinkingWaterL = this.figure(cells, row, firstFigure + 1);
    const utilityWaterL = this.figure(cells, row, firstFigure + 2);
    const answers = this.answers(cells, row);
    const happiness = readWhole(this.cell(cells, happinessPlace)) ?? null;
    if (happiness !== null && !(happiness <= 10)) this.say(row, happinessPlace, 'happiness-unreadable');
    if (!this.report.isRowSound || ref === undefined || villageCode === undefined || houseCode === undefined)
      return undefined;
    return {
      ref,
      villageCode,
      surveyedOn,
      answers,
      incomeSatang,
      birthWeightG,
      drinkingWaterL,
      utilityWaterL,
      happiness,
      houseCode,
      houseNo,
      moo,
      soi,
      road,
    };
  }

  private cell(cells: readonly string[], column: number): string {
    return cells[this.places[column] as number] as string;
  }

  private say(row: number, column: number, code: ProblemCode): void {
    this.report.say(row, householdColumns[column] ?? null, code);
  }

  private text(cells: readonly string[], row: number, column: number): string {
    const text = this.cell(cells, column).trim();
    if (text.length > textCharactersMax) this.say(row, column, 'text-too-long');
    return text;
  }

  /** The day of the interview; where the form left it out, the day that stands for the round's year. */
  private interviewDay(cells: readonly string[], row: number): string {
    const column = leading.length - 1;
    const text = this.cell(cells, column);
    const standIn = isoDayOf(this.round - BUDDHIST_ERA_OFFSET_YEARS, STAND_IN_MONTH_OF_YEAR, 1);
    if (text.trim() === '') {
      this.say(row, column, 'interview-date-missing');
      return standIn;
    }
    const date = parseThaiDate(text);
    if (!date.ok) {
      this.report.tell(row, householdColumns[column] ?? null, date.problem.code, 'error', date.problem.sentence);
      return standIn;
    }
    if (Number(date.iso.slice(0, 4)) + BUDDHIST_ERA_OFFSET_YEARS !== this.round) {
      this.say(row, column, 'interview-date-outside-round');
    }
    return date.iso;
  }

  private income(cells: readonly string[], row: number): number {
    let total = 0;
    for (let column = firstIncome; column < firstFigure; column += 1) {
      const amount = parseBaht(this.cell(cells, column));
      if (amount.ok) total += amount.satang;
      else
        this.report.tell(row, householdColumns[column] ?? null, amount.problem.code, 'error', amount.problem.sentence);
    }
    return total;
  }

  private figure(cells: readonly string[], row: number, column: number): number | null {
    const value = readDecimal(this.cell(cells, column), figureMax) ?? null;
    if (value !== null && Number.isNaN(value)) this.say(row, column, 'figure-unreadable');
    return value;
  }

  private answers(cells: readonly string[], row: number): string {
    let answers = '';
    for (let column = firstAnswer; column < happinessPlace; column += 1) {
      const answer = answerOf(this.cell(cells, column));
      if (answer === undefined) this.say(row, column, 'answer-unreadable');
      else answers += answer;
    }
    return answers;
  }
}

function answerOf(cell: string): 'p' | 'f' | 'n' | 'u' | undefined {
  switch (cell.length === 1 ? cell : cell.trim()) {
    case '1':
    case '๑':
      return 'p';
    case '0':
    case '๐':
      return 'f';
    case '-':
      return 'n';
    case '':
      return 'u';
    default:
      return undefined;
  }
}
