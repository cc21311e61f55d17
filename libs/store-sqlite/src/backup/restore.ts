import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import type { ContextName } from '@faemban/contracts';
import { SqliteRefused } from '../failures';
import { placeOf } from '../events/places';
import { lockDataFolder } from '../data-folder-lock';
import { readPublishedKeys } from '../integrity/seal-files';
import { verifyEventsFile } from '../integrity/verify-events-file';
import { checkBackup, describeEvents, flush, requireRoom, type BackupManifest, type CopyProgress } from './backup';
import { addAcceptedLoss, eventsBehind, forkSentence, putLedger, readLedger } from './heads-ledger';

/** A loss that somebody answers for: why, and who. */
export interface LossAnswer {
  readonly reason: string;
  readonly by: string;
}

/** What a restore did. */
export interface Restored {
  readonly manifest: BackupManifest;
  /** Events that had been recorded and are not in the backup. */
  readonly eventsLost: number;
  /** Persons who had been erased and were erased again in what was restored. */
  readonly erasuresApplied: number;
}

/**
 * Makes a data folder out of a backup: checks every file and every event first, copies, applies erasures, and only then puts the files in
 * their place. `to` may hold the installation's keys and nothing else; with them it is known how far the installation had recorded.
 * @param eraseAgain erases persons in the restored files whom the events, or a later list, say to have been erased; answers how many
 * @throws SqliteRefused where the backup is damaged, the folder is in use or not empty, or history would fork
 */
export async function restoreFolder({
  from,
  to,
  restoredAt,
  accepts,
  eraseAgain,
  onProgress = () => undefined,
}: {
  readonly from: string;
  readonly to: string;
  readonly restoredAt: string;
  readonly accepts?: LossAnswer;
  readonly eraseAgain: (folder: string) => number;
  readonly onProgress?: CopyProgress;
}): Promise<Restored> {
  const [source, target] = [resolve(from), resolve(to)];
  const lock = lockDataFolder(target);
  try {
    requireOnlyKeys(target);
    const manifest = await checkBackup(source, onProgress);
    const eventsFile = join(source, 'events.sqlite');
    requireUnaltered(source, eventsFile);
    const keysFolder = join(target, 'keys');
    const ledger = readLedger(keysFolder);
    const eventsLost = ledger === undefined ? 0 : behindOf(ledger, eventsFile);
    if (ledger !== undefined && eventsLost === undefined)
      throw new SqliteRefused(forkSentence(undefined, ledger.writtenAt));
    if (eventsLost !== 0 && accepts === undefined)
      throw new SqliteRefused(forkSentence(eventsLost, ledger?.writtenAt ?? ''));
    const beside = join(target, 'restoring.part');
    rmSync(beside, { recursive: true, force: true });
    mkdirSync(beside, { mode: 0o700 });
    requireRoom(
      beside,
      manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    for (const { path } of manifest.files) {
      const file = join(beside, path);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      copyFileSync(join(source, path), file);
      flush(file);
    }
    mkdirSync(keysFolder, { recursive: true, mode: 0o700 });
    const erasuresApplied = eraseAgain(target);
    // The events last: without them the folder is no installation yet, and the restore can be repeated.
    const tops = readdirSync(beside).sort(
      (one, other) => Number(one === 'events.sqlite') - Number(other === 'events.sqlite'),
    );
    if (eventsLost !== undefined && eventsLost > 0 && accepts !== undefined) {
      addAcceptedLoss(keysFolder, {
        acceptedAt: restoredAt,
        acceptedBy: accepts.by,
        reason: accepts.reason,
        eventsLost,
      });
    }
    putLedger(keysFolder, { installation: manifest.installation, writtenAt: restoredAt, heads: manifest.heads });
    for (const name of tops) renameSync(join(beside, name), join(target, name));
    rmSync(beside, { recursive: true });
    flush(target);
    return { manifest, eventsLost: eventsLost ?? 0, erasuresApplied };
  } finally {
    lock.release();
  }
}

function requireOnlyKeys(folder: string): void {
  const known = ['keys', 'restoring.part', 'seals'];
  const others = readdirSync(folder).filter((name) => !known.includes(name) && !name.startsWith('faemban.lock'));
  if (others.length === 0 && !existsSync(join(folder, 'seals', 'ingestion.jsonl'))) return;
  throw new SqliteRefused({
    th: `โฟลเดอร์ ${folder} มีข้อมูลอยู่แล้ว โปรดกู้คืนลงโฟลเดอร์ใหม่ หรือโฟลเดอร์ที่มีเฉพาะ keys/`,
    en: `The folder ${folder} has data already. Restore into a new folder, or into one that has only keys/.`,
  });
}

function requireUnaltered(source: string, file: string): void {
  const sealsFolder = join(source, 'seals');
  const hasSeals = readPublishedKeys(sealsFolder) !== undefined;
  const found = verifyEventsFile({ file, ...(hasSeals ? { sealsFolder } : {}) });
  if (found.verdict === 'unaltered') return;
  const [first] = found.findings;
  const where = first === undefined ? 'seals' : `${first.context}/${first.partition}@${first.seq}`;
  throw new SqliteRefused({
    th: `เหตุการณ์ในข้อมูลสำรองไม่ผ่านการตรวจ (${where}) จึงไม่กู้คืนสิ่งใด โปรดใช้ข้อมูลสำรองชุดอื่น`,
    en: `The events of the backup do not verify (${where}), so nothing was restored. Use another backup.`,
  });
}

function behindOf(ledger: NonNullable<ReturnType<typeof readLedger>>, file: string): number | undefined {
  const { heads } = describeEvents(file);
  const db = new Database(file, { readonly: true });
  try {
    const topics = new Map(db.prepare<[], [string, number]>('SELECT name, topic FROM contexts').raw().all());
    const chain = db
      .prepare<[number], string>(`SELECT json_extract(envelope, '$[15]') FROM events WHERE place = ?`)
      .pluck();
    return eventsBehind(
      ledger,
      (context: ContextName) => heads[context] ?? [],
      (context, partition, seq) => chain.get(placeOf(topics.get(context) ?? 0, partition, seq)),
    );
  } finally {
    db.close();
  }
}
