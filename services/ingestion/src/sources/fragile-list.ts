import { BUDDHIST_ERA_OFFSET_YEARS, isoDayOf, STAND_IN_MONTH_OF_YEAR } from '@faemban/thai';
import { readNumber } from './bmn-member';
import { readReference, readYesOrNo } from './cells';
import type { Places } from './header';
import type { ProblemCode } from './problem-sentences';
import type { RowReport } from './row-problem';

/** The mapping of the list onto events. */
export const fragileMapping = 'fragile-list/v1';

/** By which definition a list's households are fragile: the province's list does not say, so that is what is kept with the flag. */
export const fragileDefinition = 'province-list/v1';

/** The columns of the list. A row names its household by the survey's reference, by the number of somebody who lives there, or both. */
export const fragileColumns = ['household_ref', 'citizen_id', 'fragile_hh', 'tpmap_hh'] as const;

/** Columns a list may leave out, as long as it has one of them. */
export const fragileOptionalColumns: readonly string[] = ['household_ref', 'citizen_id'];

/** Other names under which provinces got these columns. Names are compared in lower case. */
export const fragileAliases: Readonly<Record<string, string>> = {
  ...{ 'fragile_h.h': 'fragile_hh', 'fragile_h.h.': 'fragile_hh' },
  ...{ tpmmap_hh: 'tpmap_hh', 'tpmmap_h.h': 'tpmap_hh', 'tpmap_h.h': 'tpmap_hh', 'tpmap_h.h.': 'tpmap_hh' },
};

/** A row of the list. The number is personal. One of `ref` and `number` at least is not empty. */
export interface FragileRow {
  readonly ref: string;
  readonly number: string;
  readonly fragile: boolean;
  readonly tpmap: boolean;
}

/** Reads rows of the list of fragile households. Says what is wrong with a row and answers undefined unless the row is sound. */
export class FragileRows {
  constructor(
    private readonly places: Places,
    private readonly report: RowReport,
  ) {}

  read(cells: readonly string[], row: number): FragileRow | undefined {
    this.report.begin();
    const refCell = this.cell(cells, 0);
    const ref = refCell.trim() === '' ? '' : readReference(refCell);
    if (ref === undefined) this.say(row, 0, 'household-ref-malformed');
    const { number } = readNumber(this.cell(cells, 1), row, fragileColumns[1], this.report);
    const fragile = this.flag(cells, row, 2);
    const tpmap = this.flag(cells, row, 3);
    if (ref === '' && number === '' && this.report.isRowSound) {
      this.report.say(row, null, 'household-not-named');
    }
    if (!this.report.isRowSound || ref === undefined || fragile === undefined || tpmap === undefined) return undefined;
    return { ref, number, fragile, tpmap };
  }

  /** A column the file does not have is blank. */
  private cell(cells: readonly string[], column: number): string {
    return cells[this.places[column] as number] ?? '';
  }

  private say(row: number, column: number, code: ProblemCode): void {
    this.report.say(row, fragileColumns[column] ?? null, code);
  }

  private flag(cells: readonly string[], row: number, column: number): boolean | undefined {
    const flag = readYesOrNo(this.cell(cells, column));
    if (flag === undefined) this.say(row, column, 'yes-or-no-unreadable');
    return flag;
  }
}

/** From which day a list counts: the reference day of its year, 1 July, as for a survey without an interview date. */
export function fragileValidFrom(listYear: number): string {
  return isoDayOf(listYear - BUDDHIST_ERA_OFFSET_YEARS, STAND_IN_MONTH_OF_YEAR, 1);
}
