import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { contextNames } from '@faemban/contracts';
import type { Sentence } from '@faemban/event-sourcing';
import { describeEvents } from '../backup/backup';
import { eventsBehind, forkSentence, readAcceptedLosses, readLedger } from '../backup/heads-ledger';
import { lockDataFolder } from '../data-folder-lock';
import { isSqliteError, SqliteRefused } from '../failures';
import { readSeals } from '../integrity/seal-files';
import { placeOf } from '../events/places';

const bytesPerMebibyte = 1024 * 1024;
const freeBytesMin = 1024 * bytesPerMebibyte;
const walBytesMax = 256 * bytesPerMebibyte;
/** A clock may be ahead of the last event's by nothing and behind it by this much, in milliseconds. */
const clockBehindMsMax = 60_000;
const backupAgeDaysMax = 2;
const dayMs = 86_400_000;

/** How much a symptom matters: `error` must be put right before the installation is relied on. */
export type SymptomLevel = 'ok' | 'note' | 'warning' | 'error';

/** One thing a doctor found: what is the case and, where something should be done, what. */
export interface Symptom {
  readonly level: SymptomLevel;
  readonly what: Sentence;
  readonly todo?: Sentence;
}

/**
 * Looks over a data folder, of a running system or not, and says in words what is wrong with it. Nothing is written.
 * @param nowMs milliseconds since 1970, by the clock of this machine
 */
export function examineFolder(folder: string, nowMs: number): readonly Symptom[] {
  const eventsFile = join(folder, 'events.sqlite');
  if (!existsSync(eventsFile)) {
    return [
      error(
        `ไม่มีเหตุการณ์ในโฟลเดอร์ ${folder}`,
        `There are no events in ${folder}`,
        'ระบุโฟลเดอร์ข้อมูลด้วย --data หรือกู้คืนด้วย faemban restore',
        'Name the data folder with --data, or restore one with: faemban restore',
      ),
    ];
  }
  const databases = readdirSync(folder)
    .filter((name) => name.endsWith('.sqlite'))
    .map((name) => join(folder, name));
  const symptoms: Symptom[] = [runningOrNot(folder), ...diskOf(folder, databases), ...leftovers(folder)];
  const sound = databases.map((file) => soundnessOf(file));
  symptoms.push(...sound.flat());
  symptoms.push(...keysOf(folder));
  // What cannot be opened cannot be looked into any further.
  if (sound.some((found) => found.some(({ level }) => level === 'error'))) return symptoms;
  return [
    ...symptoms,
    ...eventsOf(folder, eventsFile, nowMs),
    ...viewsOf(databases, eventsFile),
    ...backupsOf(folder, nowMs),
  ];
}

function runningOrNot(folder: string): Symptom {
  try {
    lockDataFolder(folder).release();
    return ok('ระบบไม่ได้ทำงานอยู่บนโฟลเดอร์นี้', 'No system is running on this folder');
  } catch (failure) {
    if (!(failure instanceof SqliteRefused)) throw failure;
    return ok('มีระบบทำงานอยู่บนโฟลเดอร์นี้', 'A system is running on this folder');
  }
}

function diskOf(folder: string, databases: readonly string[]): readonly Symptom[] {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const largest = Math.max(0, ...databases.map((file) => statSync(file).size));
  const [freeMib, largestMib] = [mebibytes(free), mebibytes(largest)];
  const symptoms: Symptom[] = [];
  if (free < freeBytesMin) {
    symptoms.push(
      error(
        `พื้นที่ว่างเหลือ ${freeMib} MiB`,
        `Only ${freeMib} MiB of disk are free`,
        'เพิ่มพื้นที่ ตามคู่มือ docs/runbooks/full-disk.md',
        'Make room, see docs/runbooks/full-disk.md',
      ),
    );
  } else if (free < largest * 2) {
    symptoms.push(
      warning(
        `พื้นที่ว่าง ${freeMib} MiB น้อยกว่าสองเท่าของไฟล์ใหญ่สุด (${largestMib} MiB)`,
        `${freeMib} MiB are free, less than twice the largest file (${largestMib} MiB)`,
        'การสำรองและการสร้างข้อมูลสรุปใหม่อาจไม่พอที่ เพิ่มพื้นที่',
        'Backups and rebuilds may not fit. Make room.',
      ),
    );
  } else {
    symptoms.push(ok(`พื้นที่ว่าง ${freeMib} MiB`, `${freeMib} MiB of disk are free`));
  }
  for (const file of databases) {
    const wal = existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0;
    if (wal <= walBytesMax) continue;
    symptoms.push(
      warning(
        `ไฟล์บันทึกล่วงหน้าของ ${nameOf(file)} ใหญ่ ${mebibytes(wal)} MiB`,
        `The write-ahead log of ${nameOf(file)} has grown to ${mebibytes(wal)} MiB`,
        'มีผู้อ่านค้างนานหรือปิดไม่เรียบร้อย เริ่มระบบใหม่หนึ่งครั้ง',
        'Some reader stays too long, or the stop was not orderly. Start the system once again.',
      ),
    );
  }
  return symptoms;
}

function leftovers(folder: string): readonly Symptom[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.part') || name.endsWith('.new'))
    .map((name) =>
      note(
        `มีไฟล์ค้างจากงานที่ไม่เสร็จ: ${name}`,
        `Something unfinished was left behind: ${name}`,
        'ลบได้เมื่อไม่มีการกู้คืนหรือสำรองข้อมูลทำงานอยู่',
        'It can be removed when no restore or backup is under way.',
      ),
    );
}

function soundnessOf(file: string): readonly Symptom[] {
  const name = nameOf(file);
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true, timeout: 5000 });
    const found = db.pragma('quick_check(1)', { simple: true });
    if (found === 'ok') return [ok(`${name} อ่านได้ครบ`, `${name} is sound`)];
    return [damagedFile(name, String(found))];
  } catch (failure) {
    if (isSqliteError(failure)) return [damagedFile(name, failure.code)];
    throw failure;
  } finally {
    db?.close();
  }
}

const damagedFile = (name: string, detail: string): Symptom =>
  name === 'events.sqlite'
    ? error(
        `${name} เสียหาย (${detail})`,
        `${name} is damaged (${detail})`,
        'อย่าเริ่มระบบ เก็บสำเนาไว้ แล้วกู้คืนตาม docs/runbooks/restore.md',
        'Do not start the system. Keep a copy, then restore as docs/runbooks/restore.md says.',
      )
    : error(
        `${name} เสียหาย (${detail})`,
        `${name} is damaged (${detail})`,
        'ย้ายไฟล์นี้ออก ระบบสร้างใหม่จากเหตุการณ์เมื่อเริ่ม (เฉพาะไฟล์ข้อมูลสรุป)',
        'Move it away; read models are made again from the events at the next start.',
      );

function keysOf(folder: string): readonly Symptom[] {
  const keys = join(folder, 'keys');
  const missing = ['signing-keys.json', 'identity-verification.key'].filter((name) => !existsSync(join(keys, name)));
  const symptoms = missing.map((name) =>
    warning(
      `ไม่มีกุญแจ keys/${name}`,
      `The key keys/${name} is missing`,
      'กู้คืนจากข้อมูลสำรองของกุญแจก่อนเริ่มระบบ มิฉะนั้นจะสร้างใหม่และเปิดข้อมูลเดิมไม่ได้',
      'Restore it from the backup of the keys before the next start; a new one would not open what the old one sealed.',
    ),
  );
  if (existsSync(keys) && process.platform !== 'win32' && (statSync(keys).mode & 0o077) !== 0) {
    symptoms.push(
      error(
        'ผู้ใช้อื่นของเครื่องเปิดโฟลเดอร์ keys/ ได้',
        'Other users of this machine can open keys/',
        'สั่ง chmod 700 กับโฟลเดอร์ keys/',
        'Run chmod 700 on keys/.',
      ),
    );
  }
  for (const { acceptedAt, acceptedBy, reason, eventsLost } of readAcceptedLosses(keys)) {
    symptoms.push(
      note(
        `เคยยอมรับการสูญหาย ${eventsLost} เหตุการณ์ เมื่อ ${acceptedAt} โดย ${acceptedBy}: ${reason}`,
        `${eventsLost} events were given up on ${acceptedAt} by ${acceptedBy}: ${reason}`,
      ),
    );
  }
  return symptoms.length > 0 ? symptoms : [ok('กุญแจครบ สิทธิ์ถูกต้อง', 'The keys are there, and closed to others')];
}

function eventsOf(folder: string, file: string, nowMs: number): readonly Symptom[] {
  const symptoms: Symptom[] = [];
  const { heads, events } = describeEvents(file);
  const db = new Database(file, { readonly: true });
  try {
    const last = db.prepare<[], string | null>('SELECT max(recorded_at) FROM heads').pluck().get() ?? undefined;
    const lastMs = last === undefined ? Number.NEGATIVE_INFINITY : Date.parse(last);
    symptoms.push(
      ok(`${thousands(events)} เหตุการณ์ ล่าสุด ${last ?? '–'}`, `${thousands(events)} events, the last of ${last ?? '–'}`),
    );
    if (lastMs > nowMs + clockBehindMsMax) {
      const isBuddhist = new Date(lastMs).getUTCFullYear() - new Date(nowMs).getUTCFullYear() >= 500;
      symptoms.push(
        error(
          `เหตุการณ์ล่าสุดอยู่ในอนาคตเทียบกับนาฬิกาเครื่องนี้${isBuddhist ? ' ปีห่างกันราว 543 นาฬิกาอาจตั้งเป็น พ.ศ.' : ''}`,
          `The last event lies ahead of this machine's clock${isBuddhist ? '; the years differ by about 543, so a clock may have been set to the Buddhist era' : ''}`,
          'ตั้งนาฬิกาให้ถูกต้องก่อนเริ่มระบบ',
          'Set the clock right before the system is started.',
        ),
      );
    }
    const ledger = readLedger(join(folder, 'keys'));
    if (ledger !== undefined) {
      const topics = new Map(db.prepare<[], [string, number]>('SELECT name, topic FROM contexts').raw().all());
      const chain = db
        .prepare<[number], string>(`SELECT json_extract(envelope, '$[15]') FROM events WHERE place = ?`)
        .pluck();
      const behind = eventsBehind(
        ledger,
        (context) => heads[context] ?? [],
        (context, partition, seq) => chain.get(placeOf(topics.get(context) ?? 0, partition, seq)),
      );
      if (behind !== 0) symptoms.push({ level: 'error', what: forkSentence(behind, ledger.writtenAt) });
    }
    let unsealed = 0;
    for (const context of contextNames) {
      const sealed = readSeals(join(folder, 'seals'), context).seals.at(-1)?.document.eventsTotal ?? 0;
      const total = (heads[context] ?? []).reduce((sum, { seq }) => sum + seq, 0);
      // The record of the last seal is never sealed by itself.
      unsealed += Math.max(0, total - sealed - (sealed > 0 ? 1 : 0));
    }
    symptoms.push(
      unsealed === 0
        ? ok('เหตุการณ์ทั้งหมดประทับตราแล้ว', 'Everything recorded is sealed')
        : note(
            `${thousands(unsealed)} เหตุการณ์ยังไม่ประทับตรา`,
            `${thousands(unsealed)} events are not sealed yet`,
            'ประทับตราเองทุก 5 นาที หรือสั่ง faemban seal',
            'That happens every 5 minutes, or with: faemban seal',
          ),
    );
  } finally {
    db.close();
  }
  return symptoms;
}

function viewsOf(databases: readonly string[], eventsFile: string): readonly Symptom[] {
  const { heads } = describeEvents(eventsFile);
  const symptoms: Symptom[] = [];
  for (const file of databases) {
    if (file === eventsFile) continue;
    const db = new Database(file, { readonly: true });
    try {
      const hasViews = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'view_checkpoints'").get() !== undefined;
      if (!hasViews) continue;
      const checkpoints = db
        .prepare<[], { name: string; context: string; partition: number; seq: number }>(
          'SELECT name, context, partition, seq FROM view_checkpoints JOIN views USING (view_no)',
        )
        .all();
      const ahead = new Set<string>();
      for (const { name, context, partition, seq } of checkpoints) {
        const known = contextNames.find((one) => one === context);
        const head = known && heads[known]?.find((one) => one.partition === partition)?.seq;
        if (seq > (head ?? 0)) ahead.add(name);
      }
      for (const name of ahead) {
        symptoms.push(
          error(
            `ข้อมูลสรุป ${name} ไปไกลกว่าเหตุการณ์ที่มี`,
            `The read model ${name} is ahead of the events there are`,
            `เหตุการณ์หายไปหรือไฟล์มาจากคนละชุด กู้คืนให้ตรงชุด หรือย้าย ${nameOf(file)} ออกเพื่อสร้างใหม่`,
            `Events are missing, or the files do not belong together. Restore them together, or move ${nameOf(file)} away to have it made again.`,
          ),
        );
      }
      const parked = db
        .prepare<[], { total: number; oldest: string | null }>(
          'SELECT count(*) AS total, min(parked_at) AS oldest FROM view_parked',
        )
        .get();
      if (parked !== undefined && parked.total > 0) {
        symptoms.push(
          warning(
            `${nameOf(file)} มีเหตุการณ์พักอยู่ ${parked.total} รายการ เก่าสุด ${parked.oldest ?? ''}`,
            `${nameOf(file)} has ${parked.total} parked events, the oldest of ${parked.oldest ?? ''}`,
            'ดูสาเหตุด้วย faemban parked แล้วทำตาม docs/runbooks/parked-household.md',
            'See why with: faemban parked, then follow docs/runbooks/parked-household.md',
          ),
        );
      }
    } finally {
      db.close();
    }
  }
  return symptoms;
}

function backupsOf(folder: string, nowMs: number): readonly Symptom[] {
  const file = join(folder, 'keys', 'last-backup.json');
  const ageDays = existsSync(file) ? (nowMs - statSync(file).mtimeMs) / dayMs : undefined;
  if (ageDays !== undefined && ageDays <= backupAgeDaysMax) {
    return [ok(`สำรองข้อมูลล่าสุด ${ageDays.toFixed(1)} วันก่อน`, `The last backup is ${ageDays.toFixed(1)} days old`)];
  }
  const [th, en] =
    ageDays === undefined
      ? ['ยังไม่เคยสำรองข้อมูล', 'There has been no backup yet']
      : [`สำรองข้อมูลล่าสุดนานแล้ว ${ageDays.toFixed(0)} วัน`, `The last backup is ${ageDays.toFixed(0)} days old`];
  return [
    warning(th, en, 'สั่ง faemban backup --to <โฟลเดอร์บนดิสก์อื่น>', 'Run: faemban backup --to <folder on another disk>'),
  ];
}

const nameOf = (file: string): string => file.split(/[\\/]/).at(-1) ?? file;
const mebibytes = (bytes: number): number => Math.round(bytes / bytesPerMebibyte);
const thousands = (value: number): string => value.toLocaleString('en-US');
const ok = (th: string, en: string): Symptom => ({ level: 'ok', what: { th, en } });
const made =
  (level: SymptomLevel) =>
  (th: string, en: string, todoTh?: string, todoEn?: string): Symptom => ({
    level,
    what: { th, en },
    ...(todoTh === undefined || todoEn === undefined ? {} : { todo: { th: todoTh, en: todoEn } }),
  });
const note = made('note');
const warning = made('warning');
const error = made('error');
