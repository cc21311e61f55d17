import type { ImportPart } from '@faemban/contracts';
import type { Sentence } from '@faemban/event-sourcing';
import { problemSentences, type ProblemCode } from './problem-sentences';

/** An error keeps an import from being approved; a warning is for whoever approves it. */
export type Severity = 'error' | 'warning';

/**
 * Something wrong with a row: where, which kind, and what is possible instead. It never holds what the cell said. `row` counts from the
 * header, which is row 1; `column` is the form's name of it, `#7` for one the form does not have, null where the whole row is meant.
 */
export interface RowProblem {
  readonly part: ImportPart;
  readonly row: number;
  readonly column: string | null;
  readonly code: string;
  readonly severity: Severity;
  readonly sentence: Sentence;
}

/** Hears what is wrong. */
export type ProblemListener = (problem: RowProblem) => void;

/** Says what is wrong with the rows of one part of an import. */
export class RowReport {
  /** Errors said of the row that is being read; reset by {@link begin}. */
  private errorsOfRow = 0;
  private errorsOfNextRow = 0;

  constructor(
    readonly part: ImportPart,
    private readonly listener: ProblemListener,
  ) {}

  /** The next row is read from here on. */
  begin(): void {
    this.errorsOfRow = this.errorsOfNextRow;
    this.errorsOfNextRow = 0;
  }

  /** The errors said so far are those of the row that is read next: it is not sound whatever its reader finds. */
  carryToNextRow(): void {
    this.errorsOfNextRow = this.errorsOfRow;
  }

  /** Whether nothing worse than a warning was said since {@link begin}. */
  get isRowSound(): boolean {
    return this.errorsOfRow === 0;
  }

  /** Says something of the catalogue. */
  say(row: number, column: string | null, code: ProblemCode): void {
    const { severity, th, en } = problemSentences[code];
    this.tell(row, column, code, severity, { th, en });
  }

  /** Says something with a code and sentence of its own, such as those of `@faemban/thai`. */
  tell(row: number, column: string | null, code: string, severity: Severity, sentence: Sentence): void {
    if (severity === 'error') this.errorsOfRow += 1;
    this.listener({ part: this.part, row, column, code, severity, sentence });
  }
}
