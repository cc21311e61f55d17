import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { keysName } from '../backup/folder-files';
import { readAcceptedLosses } from '../backup/heads-ledger';
import { lastBackupMs } from '../backup/keys-backup';
import { SqliteRefused } from '../failures';
import { error, mebibytes, note, ok, thousands, warning, type Symptom } from './symptom';

const freeBytesMin = 1024 * 1024 * 1024;
const walBytesMax = 256 * 1024 * 1024;
const backupAgeDaysMax = 2;
const dayMs = 86_400_000;
/** Permission bits of the group and of everybody else. */
const othersMask = 0o077;
const keyNames = ['signing-keys.json', 'identity-verification.key', 'ingestion.key'];

/** Whether the disk has room for what is ahead, and whether write-ahead logs are cut back. */
export function diskOf(databases: readonly string[], freeBytes: number): readonly Symptom[] {
  const largest = Math.max(0, ...databases.map((file) => statSync(file).size));
  const [free, most] = [thousands(mebibytes(freeBytes)), thousands(mebibytes(largest))];
  return [roomOf(freeBytes, largest, free, most), ...databases.flatMap((file) => walOf(file))];
}

function roomOf(freeBytes: number, largest: number, free: string, most: string): Symptom {
  if (freeBytes < freeBytesMin) {
    return error(
      'disk-nearly-full',
      { th: `พื้นที่ว่างเหลือ ${free} MiB`, en: `Only ${free} MiB of disk are free` },
      { th: 'เพิ่มพื้นที่ ตามคู่มือ docs/runbooks/full-disk.md', en: 'Make room, see docs/runbooks/full-disk.md' },
    );
  }
  if (freeBytes < largest * 2) {
    return warning(
      'little-room',
      {
        th: `พื้นที่ว่าง ${free} MiB น้อยกว่าสองเท่าของไฟล์ใหญ่สุด (${most} MiB)`,
        en: `${free} MiB are free, less than twice the largest file (${most} MiB)`,
      },
      {
        th: 'การสำรองและการสร้างข้อมูลสรุปใหม่อาจไม่พอที่ เพิ่มพื้นที่',
        en: 'Backups and rebuilds may not fit. Make room.',
      },
    );
  }
  return ok('room', { th: `พื้นที่ว่าง ${free} MiB`, en: `${free} MiB of disk are free` });
}

function walOf(file: string): readonly Symptom[] {
  const bytes = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes <= walBytesMax) return [];
  const [name, size] = [basename(file), thousands(mebibytes(bytes))];
  return [
    warning(
      'long-write-ahead-log',
      { th: `ไฟล์บันทึกล่วงหน้าของ ${name} ใหญ่ ${size} MiB`, en: `The write-ahead log of ${name} has grown to ${size} MiB` },
      {
        th: 'มีผู้อ่านค้างนาน เช่น การสำรองหรือส่งออกที่ยังไม่จบ ถ้าไม่มี ให้เริ่มระบบใหม่หนึ่งครั้ง',
        en: 'Some reader stays long, e.g. a backup or an export under way. If there is none, start the system once again.',
      },
    ),
  ];
}

/** What unfinished work, or an upgrade, left behind. */
export function leftoversOf(folder: string): readonly Symptom[] {
  return readdirSync(folder).flatMap((name) => {
    if (name.endsWith('.before-upgrade')) {
      return note(
        'copy-before-upgrade',
        { th: `มีสำเนาก่อนปรับรุ่น: ${name}`, en: `A copy from before an upgrade is kept: ${name}` },
        { th: 'ลบได้เมื่อสำรองข้อมูลหลังปรับรุ่นแล้ว', en: 'It can be removed once a backup was made since.' },
      );
    }
    if (!name.endsWith('.part') && !name.endsWith('.new')) return [];
    return note(
      'unfinished',
      { th: `มีไฟล์ค้างจากงานที่ไม่เสร็จ: ${name}`, en: `Something unfinished was left behind: ${name}` },
      {
        th: 'สั่งงานเดิมซ้ำ หรือลบเมื่อไม่มีการกู้คืนหรือนำเข้าทำงานอยู่',
        en: 'Repeat what was begun, or remove it when no restore or import is under way.',
      },
    );
  });
}

/** Whether the keys are there and closed to others, and what was given up. */
export function keysOf(folder: string): readonly Symptom[] {
  const keys = join(folder, keysName);
  const symptoms: Symptom[] = keyNames
    .filter((name) => !existsSync(join(keys, name)))
    .map((name) =>
      warning(
        'key-missing',
        { th: `ไม่มีกุญแจ keys/${name}`, en: `The key keys/${name} is missing` },
        {
          th: 'กู้คืนจากข้อมูลสำรองของกุญแจก่อนเริ่มระบบ กุญแจใหม่เปิดข้อมูลเดิมไม่ได้',
          en: 'Restore it from the backup of the keys before the next start; a new one would not open what the old one sealed.',
        },
      ),
    );
  if (existsSync(keys) && process.platform !== 'win32' && (statSync(keys).mode & othersMask) !== 0) {
    symptoms.push(
      error(
        'keys-open-to-others',
        { th: 'ผู้ใช้อื่นของเครื่องเปิดโฟลเดอร์ keys/ ได้', en: 'Other users of this machine can open keys/' },
        { th: 'สั่ง chmod 700 กับโฟลเดอร์ keys/', en: 'Run chmod 700 on keys/.' },
      ),
    );
  }
  if (symptoms.length === 0)
    symptoms.push(ok('keys', { th: 'กุญแจครบ สิทธิ์ถูกต้อง', en: 'The keys are there, and closed to others' }));
  return [...symptoms, ...lossesOf(keys)];
}

function lossesOf(keys: string): readonly Symptom[] {
  try {
    return readAcceptedLosses(keys).map(({ acceptedAt, acceptedBy, reason, eventsLost }) => {
      const events = thousands(eventsLost);
      return note('loss-accepted', {
        th: `เคยยอมรับการสูญหาย ${events} เหตุการณ์ เมื่อ ${acceptedAt} โดย ${acceptedBy}: ${reason}`,
        en: `${events} events were given up on ${acceptedAt} by ${acceptedBy}: ${reason}`,
      });
    });
  } catch (failure) {
    if (failure instanceof SqliteRefused) return [error('losses-unreadable', failure.sentence)];
    throw failure;
  }
}

/** How old the last backup is. */
export function backupsOf(folder: string, nowMs: number): readonly Symptom[] {
  const takenMs = lastBackupMs(folder);
  const todo = {
    th: 'สั่ง faemban backup --to <โฟลเดอร์บนดิสก์อื่น>',
    en: 'Run: faemban backup --to <folder on another disk>',
  };
  if (takenMs === undefined)
    return [warning('no-backup', { th: 'ยังไม่เคยสำรองข้อมูล', en: 'There has been no backup yet' }, todo)];
  const days = ((nowMs - takenMs) / dayMs).toFixed(1);
  const what = { th: `สำรองข้อมูลล่าสุด ${days} วันก่อน`, en: `The last backup is ${days} days old` };
  return [nowMs - takenMs <= backupAgeDaysMax * dayMs ? ok('backup', what) : warning('backup-old', what, todo)];
}
