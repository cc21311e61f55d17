import { RefusedInWords, type Sentence } from '@faemban/event-sourcing';

/** A file or folder that cannot be used as it is. The sentence says what is the case and what is possible instead. */
export class SqliteRefused extends RefusedInWords {}

/**
 * The disk refused a read or a write: nothing of the step was recorded, and the same step may be tried again. `code` is SQLite's own
 * (`SQLITE_FULL`, `SQLITE_IOERR_…`), by which the kernel's `classify` knows what to do.
 */
export class StorageFailed extends Error {
  override readonly name = 'StorageFailed';
  constructor(
    readonly code: string,
    readonly sentence: Sentence,
    options?: ErrorOptions,
  ) {
    super(`${sentence.en} (${code})`, options);
  }
}

const diskFull: Sentence = {
  th: 'พื้นที่จัดเก็บเต็ม จึงไม่ได้บันทึกสิ่งใด โปรดเพิ่มพื้นที่ว่าง แล้วส่งคำสั่งเดิมอีกครั้ง',
  en: 'The disk is full, so nothing was recorded. Free some space, then send the same command again.',
};
const diskFailed: Sentence = {
  th: 'อ่านหรือเขียนพื้นที่จัดเก็บไม่สำเร็จ จึงไม่ได้บันทึกสิ่งใด โปรดตรวจสอบดิสก์ แล้วส่งคำสั่งเดิมอีกครั้ง',
  en: 'The disk could not be read or written, so nothing was recorded. Check it, then send the same command again.',
};

/**
 * Whether an error comes from SQLite itself; `code` is `SQLITE_…`. By name: the native part makes its errors with the class of whoever
 * loaded it first in the process, which need not be the one imported here.
 */
export function isSqliteError(error: unknown): error is Error & { readonly code: string } {
  if (typeof error !== 'object' || error === null) return false;
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  return name === 'SqliteError' && typeof code === 'string';
}

/** The same failure in the words of the store; what SQLite did not raise stays as it is. */
export function asStorageFailure(error: unknown): Error {
  if (isSqliteError(error)) {
    return new StorageFailed(error.code, error.code === 'SQLITE_FULL' ? diskFull : diskFailed, { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** Runs a step on a database and tells its failures in the words of the store. @throws StorageFailed */
export function withStorage<Result>(step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    throw asStorageFailure(error);
  }
}
