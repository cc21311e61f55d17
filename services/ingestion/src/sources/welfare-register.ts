import { BUDDHIST_ERA_OFFSET_YEARS } from '@faemban/thai';
import { textCharactersMax } from './bmn-household';
import { readNumber } from './bmn-member';
import { readFlag, readWhole } from './cells';
import type { Places } from './header';
import type { ProblemCode } from './problem-sentences';
import type { RowReport } from './row-problem';

/** The mapping of the register onto events. */
export const registerMapping = 'welfare-register/v1';

/** The columns of the register. */
export const registerColumns = [
  ...['citizen_id', 'title', 'first_name', 'last_name', 'registered', 'verified', 'register_year'],
] as const;

/** The B.E. years a register may be of. */
export const firstRegisterYear = 2500;
export const lastRegisterYear = 2700;

/** A person as the register has him: found by his number, which is personal. */
export interface RegisterRow {
  readonly number: string;
  readonly registered: boolean;
  readonly verified: boolean;
  readonly registerYear: number;
}

/** Reads rows of the welfare register. Says what is wrong with a row and answers undefined unless the row is sound. */
export class RegisterRows {
  constructor(
    private readonly places: Places,
    private readonly report: RowReport,
  ) {}

  read(cells: readonly string[], row: number): RegisterRow | undefined {
    this.report.begin();
    const { number, document } = readNumber(this.cell(cells, 0), row, registerColumns[0] ?? '', this.report);
    if (document.kind === 'none' && this.report.isRowSound) this.say(row, 0, 'number-missing');
    for (let column = 1; column <= 3; column += 1) {
      if (this.cell(cells, column).length > textCharactersMax) this.say(row, column, 'text-too-long');
    }
    const registered = this.flag(cells, row, 4);
    const verified = this.flag(cells, row, 5);
    const registerYear = readWhole(this.cell(cells, 6));
    if (registerYear === undefined || !(registerYear >= firstRegisterYear && registerYear <= lastRegisterYear)) {
      this.say(row, 6, 'register-year-unreadable');
    }
    if (!this.report.isRowSound || registerYear === undefined) return undefined;
    return registered === undefined || verified === undefined
      ? undefined
      : { number, registered, verified, registerYear };
  }

  private cell(cells: readonly string[], column: number): string {
    return cells[this.places[column] as number] as string;
  }

  private say(row: number, column: number, code: ProblemCode): void {
    this.report.say(row, registerColumns[column] ?? null, code);
  }

  private flag(cells: readonly string[], row: number, column: number): boolean | undefined {
    const flag = readFlag(this.cell(cells, column));
    if (flag === undefined) this.say(row, column, 'flag-unreadable');
    return flag;
  }
}

/**
 * From which day a register counts: 1 October of its year, when the fiscal year begins. The state-welfare card of the 2560 register
 * was issued from 1 October 2560 (2017) on.
 */
export function validFromOf(registerYear: number): string {
  return `${registerYear - BUDDHIST_ERA_OFFSET_YEARS}-10-01`;
}
