import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { lockDataFolder } from '../data-folder-lock';
import { upgradeEventsFile } from '../events/events-schema';
import { SqliteRefused } from '../failures';
import { readPublishedKeys } from '../integrity/seal-files';
import { verifyEventsFile } from '../integrity/verify-events-file';
import { standingOfFile } from './describe-events';
import { eventsName, flush, keysName } from './folder-files';
import { addAcceptedLoss, putLedger, readLedger, whyNot, type HeadsLedger } from './heads-ledger';
import { bytesOf, readManifest, requireFilesAsBackedUp, type BackupManifest, type CopyProgress } from './manifest';
import { asCopyFailure, requireRoom } from './room';
import { beginIn, putInPlace, removedOnFailure, requireOnlyKeys } from './unfinished';

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
  /** Persons who had been erased and whose secrets the keys still had. */
  readonly erasuresApplied: number;
}

/** What to restore, whereto, and when that is. */
export interface RestoreOrder {
  readonly from: string;
  /** A new folder, or one that has the installation's keys and nothing else; with them it is known how far it had recorded. */
  readonly to: string;
  readonly restoredAt: string;
  /** Goes on although events are missing that had been recorded. */
  readonly accepts?: LossAnswer;
  /** Erases in the keys whom the restored events say to have been erased; answers how many of them were still there. */
  readonly eraseAgain: (files: { readonly eventsFile: string; readonly keysFolder: string }) => Promise<number>;
  readonly onProgress?: CopyProgress;
}

/**
 * Makes a data folder out of a backup. Everything is copied beside, read again and verified from the first event to the last; erasures
 * are applied; only then the files are put in their place, the events last. Whatever ends it before that, it can be begun again.
 * @throws SqliteRefused where the backup is damaged, the folder is in use or has data, or history would fork
 */
export async function restoreFolder(order: RestoreOrder): Promise<Restored> {
  const [from, to] = [resolve(order.from), resolve(order.to)];
  const onProgress = order.onProgress ?? (() => undefined);
  const manifest = readManifest(from);
  const lock = lockDataFolder(to);
  try {
    requireOnlyKeys(to);
    await requireFilesAsBackedUp(from, manifest, onProgress);
    const beside = beginIn(to);
    const done = await removedOnFailure(beside, () => prepare(order, manifest, { from, beside, to }));
    putInPlace(beside, to);
    return { manifest, ...done };
  } finally {
    lock.release();
  }
}

/** Everything but putting the files in their place. */
async function prepare(
  order: RestoreOrder,
  manifest: BackupManifest,
  { from, beside, to }: { readonly from: string; readonly beside: string; readonly to: string },
): Promise<Omit<Restored, 'manifest'>> {
  requireRoom(beside, bytesOf(manifest));
  copyAll(manifest, from, beside, to);
  await requireFilesAsBackedUp(beside, manifest, order.onProgress ?? (() => undefined));
  const eventsFile = join(beside, eventsName);
  upgradeEventsFile(eventsFile);
  requireUnaltered(beside);
  const keysFolder = join(to, keysName);
  const ledger = readLedger(keysFolder);
  const eventsLost = lossOf(eventsFile, ledger, order.accepts);
  mkdirSync(keysFolder, { recursive: true, mode: 0o700 });
  const erasuresApplied = await order.eraseAgain({ eventsFile, keysFolder });
  // Without keys nothing is noted here: those that are put there later bring what they know of.
  if (ledger !== undefined) {
    if (eventsLost > 0 && order.accepts !== undefined) {
      const { by: acceptedBy, reason } = order.accepts;
      const notedAt = ledger.writtenAt;
      addAcceptedLoss(keysFolder, { acceptedAt: order.restoredAt, acceptedBy, reason, eventsLost, notedAt });
    }
    const { installation, heads } = manifest;
    putLedger(keysFolder, { installation, writtenAt: order.restoredAt, heads });
  }
  return { eventsLost, erasuresApplied };
}

function copyAll({ files }: BackupManifest, from: string, beside: string, to: string): void {
  for (const { path } of files) {
    const file = join(beside, path);
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      copyFileSync(join(from, path), file);
      flush(file);
    } catch (error) {
      throw asCopyFailure(error, path, to);
    }
  }
}

/** How many events are missing that had been recorded. @throws SqliteRefused where nobody answers for that, or history differs */
function lossOf(eventsFile: string, ledger: HeadsLedger | undefined, accepts: LossAnswer | undefined): number {
  if (ledger === undefined) return 0;
  const standing = standingOfFile(eventsFile, ledger);
  if (standing.is === 'kept') return 0;
  if (standing.is === 'behind' && accepts !== undefined) return standing.events;
  throw new SqliteRefused(whyNot(standing, ledger));
}

function requireUnaltered(folder: string): void {
  const sealsFolder = join(folder, 'seals');
  const hasSeals = existsSync(sealsFolder) && readPublishedKeys(sealsFolder) !== undefined;
  const found = verifyEventsFile({ file: join(folder, eventsName), ...(hasSeals ? { sealsFolder } : {}) });
  if (found.verdict === 'unaltered') return;
  const [first] = found.findings;
  const [fault] = found.sealFaults;
  const where =
    first === undefined
      ? `seals/${fault?.context ?? ''} #${fault?.number ?? ''}`
      : `${first.context}/${first.partition}@${first.seq}: ${first.code}`;
  throw new SqliteRefused({
    th: `เหตุการณ์ในข้อมูลสำรองไม่ผ่านการตรวจ (${where}) จึงไม่กู้คืนสิ่งใด โปรดใช้ข้อมูลสำรองชุดอื่น`,
    en: `The events of the backup do not verify (${where}), so nothing was restored. Use another backup.`,
  });
}
