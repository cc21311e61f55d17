import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contextNames, type ContextName } from '@faemban/contracts';
import type { EventLog, Head, Sentence } from '@faemban/event-sourcing';
import { SqliteRefused } from '../failures';
import { flushFolder } from './folder-files';

/** Where the partitions of a context end. */
export type LedgerHead = Pick<Head, 'partition' | 'seq' | 'chainHash'>;

/** How far an installation has recorded, as it is kept beside its keys, apart from the events. */
export interface HeadsLedger {
  readonly installation: string;
  readonly writtenAt: string;
  readonly heads: Readonly<Partial<Record<ContextName, readonly LedgerHead[]>>>;
}

/** A restore of less than had been recorded, as somebody has answered for it. */
export interface AcceptedLoss {
  readonly acceptedAt: string;
  readonly acceptedBy: string;
  readonly reason: string;
  readonly eventsLost: number;
  /** When it had been noted how far the events went. */
  readonly notedAt: string;
}

/** How a log stands to a ledger: it has everything, lacks events of its end, tells another history, or is of another installation. */
export type Standing =
  | { readonly is: 'kept' }
  | { readonly is: 'behind'; readonly events: number }
  | { readonly is: 'forked' }
  | { readonly is: 'foreign'; readonly installation: string };

const ledgerName = 'heads.json';
const lossesName = 'accepted-losses.json';

/** What was written down last; undefined where nothing was. @throws SqliteRefused where it cannot be read */
export function readLedger(keysFolder: string): HeadsLedger | undefined {
  return readJson(keysFolder, ledgerName, (value): value is HeadsLedger => {
    const { installation, heads } = value as Partial<HeadsLedger>;
    return typeof installation === 'string' && typeof heads === 'object' && heads !== null;
  });
}

/** Writes down how far a log goes, on the disk before it answers. */
export async function writeLedger(
  keysFolder: string,
  { log, installationId }: { readonly log: EventLog; readonly installationId: string },
  writtenAt: string,
): Promise<void> {
  const heads: Partial<Record<ContextName, readonly LedgerHead[]>> = {};
  for (const context of contextNames) {
    const all = await log.heads(context);
    heads[context] = all
      .filter(({ seq }) => seq > 0)
      .map(({ partition, seq, chainHash }) => ({ partition, seq, chainHash }));
  }
  putLedger(keysFolder, { installation: installationId, writtenAt, heads });
}

/** Puts a ledger in the place of the one there is. */
export function putLedger(keysFolder: string, ledger: HeadsLedger): void {
  replaceFile(keysFolder, ledgerName, JSON.stringify(ledger));
}

/** The losses that were accepted, the oldest first. @throws SqliteRefused where they cannot be read */
export function readAcceptedLosses(keysFolder: string): readonly AcceptedLoss[] {
  return readJson(keysFolder, lossesName, (value): value is readonly AcceptedLoss[] => Array.isArray(value)) ?? [];
}

/** Writes down a loss that was accepted; once, however often the restore is begun again. */
export function addAcceptedLoss(keysFolder: string, loss: AcceptedLoss): void {
  const known = readAcceptedLosses(keysFolder);
  const isSame = (other: AcceptedLoss): boolean =>
    other.notedAt === loss.notedAt && other.eventsLost === loss.eventsLost && other.reason === loss.reason;
  if (!known.some(isSame)) replaceFile(keysFolder, lossesName, JSON.stringify([...known, loss], undefined, 2));
}

/** Compares what a log has with what a ledger knows of. */
export function standingOf(
  ledger: HeadsLedger,
  log: {
    readonly installation: string;
    headsOf(context: ContextName): readonly LedgerHead[];
    /** The hash of the chain at a seq that the heads reach. */
    chainHashAt(context: ContextName, partition: number, seq: number): string | undefined;
  },
): Standing {
  if (log.installation !== ledger.installation) return { is: 'foreign', installation: log.installation };
  let behind = 0;
  for (const context of contextNames) {
    const reached = new Map(log.headsOf(context).map(({ partition, seq }) => [partition, seq]));
    for (const { partition, seq, chainHash } of ledger.heads[context] ?? []) {
      const missing = seq - (reached.get(partition) ?? 0);
      if (missing > 0) behind += missing;
      else if (log.chainHashAt(context, partition, seq) !== chainHash) return { is: 'forked' };
    }
  }
  return behind === 0 ? { is: 'kept' } : { is: 'behind', events: behind };
}

/**
 * Checks that a log has everything its ledger knows of, before anything is added to it.
 * @throws SqliteRefused where it has less, tells something else, or is of another installation
 */
export async function requireLedgerKept(
  keysFolder: string,
  { log, installationId }: { readonly log: EventLog; readonly installationId: string },
): Promise<void> {
  const ledger = readLedger(keysFolder);
  if (ledger === undefined) return;
  const heads = new Map<ContextName, readonly Head[]>();
  const hashes = new Map<string, string>();
  for (const context of contextNames) {
    const all = await log.heads(context);
    heads.set(context, all);
    for (const { partition, seq } of ledger.heads[context] ?? []) {
      if ((all[partition]?.seq ?? 0) < seq) continue;
      const [place] = await log.places(context, partition, seq - 1, 1);
      if (place !== undefined) hashes.set(`${context}/${partition}/${seq}`, place.chainHash);
    }
  }
  const standing = standingOf(ledger, {
    installation: installationId,
    headsOf: (context) => heads.get(context) ?? [],
    chainHashAt: (context, partition, seq) => hashes.get(`${context}/${partition}/${seq}`),
  });
  if (standing.is !== 'kept') throw new SqliteRefused(whyNot(standing, ledger));
}

/** Why a log that is not what was recorded is not gone on with, and what is possible. */
export function whyNot(
  standing: Exclude<Standing, { is: 'kept' }>,
  { writtenAt, installation }: Pick<HeadsLedger, 'writtenAt' | 'installation'>,
): Sentence {
  switch (standing.is) {
    case 'behind': {
      const events = standing.events.toLocaleString('en-US');
      return {
        th: `เหตุการณ์ชุดนี้น้อยกว่าที่เคยบันทึกไว้ ${events} รายการ (จดไว้เมื่อ ${writtenAt}) ถ้าทำต่อประวัติจะแยกเป็นสองสาย โปรดกู้คืนข้อมูลสำรองที่ใหม่กว่า หรือยอมรับการสูญหายด้วย faemban restore --accept-loss <เหตุผล> --by <ผู้รับผิดชอบ>`,
        en: `These events are ${events} fewer than had been recorded (noted ${writtenAt}). To go on would fork history. Restore a newer backup, or answer for the loss with: faemban restore --accept-loss <reason> --by <name>`,
      };
    }
    case 'forked':
      return {
        th: `เหตุการณ์ชุดนี้ไม่ตรงกับที่เคยบันทึกไว้ (จดไว้เมื่อ ${writtenAt}) โปรดกู้คืนข้อมูลสำรองที่ตรงกัน หรือตรวจด้วย faemban verify --data`,
        en: `These events are not those that had been recorded (noted ${writtenAt}). Restore a backup that has them, or look with: faemban verify --data`,
      };
    case 'foreign':
      return {
        th: `เหตุการณ์ชุดนี้เป็นของการติดตั้ง ${standing.installation} แต่กุญแจเป็นของ ${installation} โปรดใช้โฟลเดอร์ใหม่ หรือวางกุญแจและเหตุการณ์ให้ตรงกัน`,
        en: `These events are of the installation ${standing.installation}, the keys of ${installation}. Use a new folder, or put keys and events together that belong together.`,
      };
  }
}

function readJson<Value>(
  keysFolder: string,
  name: string,
  isRight: (value: unknown) => value is Value,
): Value | undefined {
  const file = join(keysFolder, name);
  if (!existsSync(file)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  if (value !== undefined && value !== null && isRight(value)) return value;
  throw new SqliteRefused({
    th: `อ่านไฟล์ keys/${name} ไม่ได้ โปรดกู้คืนจากข้อมูลสำรองของกุญแจ หรือถ้า faemban verify --data ไม่พบสิ่งผิดปกติ ให้ย้ายไฟล์นี้ออก`,
    en: `The file keys/${name} cannot be read. Restore it from the backup of the keys, or move it away where faemban verify --data finds nothing wrong.`,
  });
}

function replaceFile(folder: string, name: string, text: string): void {
  const file = join(folder, name);
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
  flushFolder(folder);
}
