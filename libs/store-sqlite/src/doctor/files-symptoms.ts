import { basename } from 'node:path';
import Database from 'better-sqlite3';
import { contextNames } from '@faemban/contracts';
import { describeEvents } from '../backup/describe-events';
import { eventsName } from '../backup/folder-files';
import { isSqliteError } from '../failures';
import { error, ok, thousands, warning, type Symptom } from './symptom';

const busyTimeoutMs = 5000;

/** Whether SQLite finds a file whole. */
export function soundnessOf(file: string): Symptom {
  const name = basename(file);
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
    const found = db.pragma('quick_check(1)', { simple: true });
    if (found !== 'ok') return damaged(name, String(found).split('\n').join(' '));
    return ok('sound', { th: `${name} อ่านได้ครบ`, en: `${name} is sound` });
  } catch (failure) {
    if (isSqliteError(failure)) return damaged(name, failure.code);
    throw failure;
  } finally {
    db?.close();
  }
}

function damaged(name: string, detail: string): Symptom {
  const what = { th: `${name} เสียหาย (${detail})`, en: `${name} is damaged (${detail})` };
  return name === eventsName
    ? error('events-damaged', what, {
        th: 'อย่าเริ่มระบบ เก็บสำเนาไว้ แล้วกู้คืนตาม docs/runbooks/restore.md',
        en: 'Do not start the system. Keep a copy, then restore as docs/runbooks/restore.md says.',
      })
    : error('views-damaged', what, {
        th: 'หยุดระบบ ย้ายไฟล์นี้ออก ระบบสร้างข้อมูลสรุปใหม่จากเหตุการณ์เมื่อเริ่ม',
        en: 'Stop the system and move the file away; its read models are made again from the events at the next start.',
      });
}

/** Whether read models fit the events, and have applied all that they could. */
export function viewsOf(databases: readonly string[], eventsFile: string): readonly Symptom[] {
  const files = databases.filter((file) => file !== eventsFile);
  // The read models before the events, so that those of a running system are not found ahead.
  const looked = files.map((file) => lookInto(file));
  const { heads } = describeEvents(eventsFile);
  return looked.flatMap(({ file, checkpoints, parked, oldest }) => {
    const name = basename(file);
    const ahead = new Set<string>();
    for (const { view, context, partition, seq } of checkpoints) {
      const known = contextNames.find((one) => one === context);
      const head = known && heads[known]?.find((one) => one.partition === partition)?.seq;
      if (seq > (head ?? 0)) ahead.add(view);
    }
    const symptoms = [...ahead].map((view) =>
      error(
        'view-ahead',
        { th: `ข้อมูลสรุป ${view} ไปไกลกว่าเหตุการณ์ที่มี`, en: `The read model ${view} is ahead of the events there are` },
        {
          th: `เหตุการณ์หายไปหรือไฟล์มาจากคนละชุด กู้คืนให้ตรงชุด หรือย้าย ${name} ออกเพื่อสร้างใหม่`,
          en: `Events are missing, or the files do not belong together. Restore them together, or move ${name} away to have it made again.`,
        },
      ),
    );
    if (parked > 0) symptoms.push(parkedSymptom(name, parked, oldest));
    return symptoms;
  });
}

const parkedSymptom = (name: string, parked: number, oldest: string): Symptom =>
  warning(
    'parked',
    {
      th: `${name} มีเหตุการณ์พักอยู่ ${thousands(parked)} รายการ เก่าสุด ${oldest}`,
      en: `${name} has ${thousands(parked)} parked events, the oldest of ${oldest}`,
    },
    {
      th: 'ดูสาเหตุด้วย faemban parked แล้วทำตาม docs/runbooks/parked-household.md',
      en: 'See why with: faemban parked, then follow docs/runbooks/parked-household.md',
    },
  );

interface LookedInto {
  readonly file: string;
  readonly checkpoints: readonly {
    readonly view: string;
    readonly context: string;
    readonly partition: number;
    readonly seq: number;
  }[];
  readonly parked: number;
  readonly oldest: string;
}

function lookInto(file: string): LookedInto {
  const db = new Database(file, { readonly: true, timeout: busyTimeoutMs });
  try {
    const has = db.prepare<[string], number>('SELECT 1 FROM sqlite_schema WHERE name = ?').pluck();
    const checkpoints =
      has.get('view_checkpoints') === undefined
        ? []
        : db
            .prepare<[], LookedInto['checkpoints'][number]>(
              'SELECT name AS view, context, partition, seq FROM view_checkpoints JOIN views USING (view_no)',
            )
            .all();
    let parked = 0;
    let oldest = '';
    for (const table of ['view_parked', 'policy_parked'].filter((name) => has.get(name) !== undefined)) {
      const found = db
        .prepare<[], { total: number; oldest: string | null }>(
          `SELECT count(*) AS total, min(parked_at) AS oldest FROM ${table}`,
        )
        .get();
      parked += found?.total ?? 0;
      if (found?.oldest != null && (oldest === '' || found.oldest < oldest)) oldest = found.oldest;
    }
    return { file, checkpoints, parked, oldest };
  } finally {
    db.close();
  }
}
