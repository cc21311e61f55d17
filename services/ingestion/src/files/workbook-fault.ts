import type { WorkbookFaultCode } from '../sources/part-rows';

/** A workbook that cannot be read any further. `row` is where, when that is known. */
export class WorkbookFault extends Error {
  override readonly name = 'WorkbookFault';
  constructor(
    readonly code: WorkbookFaultCode,
    readonly row: number | null = null,
    options?: ErrorOptions,
  ) {
    super(`The workbook cannot be read: ${code}.`, options);
  }
}
