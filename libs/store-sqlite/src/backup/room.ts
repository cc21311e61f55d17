import { statfsSync } from 'node:fs';
import { isSqliteError, SqliteRefused } from '../failures';

/** How much more than the files' size must be free, so that a disk is not filled to its last byte. */
const spareShare = 1.05;
const bytesPerMebibyte = 1024 * 1024;

/** Bytes that are free for this process on the disk of a folder. */
export function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** @throws SqliteRefused where the disk of a folder has less room than is needed */
export function requireRoom(folder: string, bytes: number, freeBytes: number = freeBytesOf(folder)): void {
  if (freeBytes >= bytes * spareShare) return;
  const [needed, free] = [Math.ceil((bytes * spareShare) / bytesPerMebibyte), Math.floor(freeBytes / bytesPerMebibyte)];
  throw new SqliteRefused({
    th: `พื้นที่ว่างไม่พอสำหรับ ${folder} ต้องใช้ราว ${needed} MiB มีอยู่ ${free} MiB โปรดเพิ่มพื้นที่ หรือเลือกดิสก์อื่น`,
    en: `There is too little room for ${folder}: about ${needed} MiB are needed, ${free} MiB are free. Make room, or choose another disk.`,
  });
}

const diskFullCodes = new Set(['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC', 'EDQUOT', 'EFBIG']);
const diskCodes =
  /^(SQLITE_IOERR|SQLITE_CORRUPT|SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_NOTADB|EIO$|ENOENT$|EROFS$|EACCES$|EPERM$)/;

/**
 * What went wrong in copying to a folder, in words where it was the disk; anything else as it is.
 * @param path what was being copied
 */
export function asCopyFailure(error: unknown, path: string, folder: string): unknown {
  const code = isSqliteError(error) ? error.code : (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return error;
  if (diskFullCodes.has(code)) {
    return new SqliteRefused(
      {
        th: `ดิสก์ของ ${folder} เต็มขณะคัดลอก ${path} จึงลบสิ่งที่คัดลอกไปแล้ว โปรดเพิ่มพื้นที่ หรือเลือกดิสก์อื่น แล้วสั่งใหม่`,
        en: `The disk of ${folder} became full at ${path}; what had been copied was removed. Make room or choose another disk, then repeat.`,
      },
      { cause: error },
    );
  }
  if (!diskCodes.test(code)) return error;
  return new SqliteRefused(
    {
      th: `คัดลอก ${path} ไป ${folder} ไม่สำเร็จ (${code}) จึงไม่มีสิ่งใดเสร็จ โปรดตรวจสิทธิ์และดิสก์ แล้วสั่งใหม่`,
      en: `${path} could not be copied to ${folder} (${code}), so nothing was finished. Check permissions and both disks, then repeat.`,
    },
    { cause: error },
  );
}
