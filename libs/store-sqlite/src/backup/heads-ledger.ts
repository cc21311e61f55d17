import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contextNames, type ContextName } from '@faemban/contracts';
import type { EventLog, Head } from '@faemban/event-sourcing';
import { SqliteRefused } from '../failures';

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
}

const ledgerFile = (keysFolder: string): string => join(keysFolder, 'heads.json');
const lossesFile = (keysFolder: string): string => join(keysFolder, 'accepted-losses.json');

/** What was written down last; undefined where nothing was. */
export function readLedger(keysFolder: string): HeadsLedger | undefined {
  const file = ledgerFile(keysFolder);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as HeadsLedger) : undefined;
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
  replaceFile(ledgerFile(keysFolder), JSON.stringify(ledger));
}

/** The losses that were accepted, the oldest first. */
export function readAcceptedLosses(keysFolder: string): readonly AcceptedLoss[] {
  const file = lossesFile(keysFolder);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly AcceptedLoss[]) : [];
}

export function addAcceptedLoss(keysFolder: string, loss: AcceptedLoss): void {
  replaceFile(lossesFile(keysFolder), JSON.stringify([...readAcceptedLosses(keysFolder), loss], undefined, 2));
}

/** How many events a log lacks of those a ledger knows; undefined where both tell different histories. */
export function eventsBehind(
  ledger: HeadsLedger,
  headsOf: (context: ContextName) => readonly LedgerHead[],
  chainHashAt: (context: ContextName, partition: number, seq: number) => string | undefined,
): number | undefined {
  let behind = 0;
  for (const context of contextNames) {
    const heads = new Map(headsOf(context).map((head) => [head.partition, head]));
    for (const { partition, seq, chainHash } of ledger.heads[context] ?? []) {
      const reached = heads.get(partition)?.seq ?? 0;
      if (reached < seq) behind += seq - reached;
      else if (chainHashAt(context, partition, seq) !== chainHash) return undefined;
    }
  }
  return behind;
}

/** Checks that a log has everything its ledger knows of. @throws SqliteRefused where it has less, or something else */
export async function requireLedgerKept(keysFolder: string, log: EventLog): Promise<void> {
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
  const behind = eventsBehind(
    ledger,
    (context) => heads.get(context) ?? [],
    (context, partition, seq) => hashes.get(`${context}/${partition}/${seq}`),
  );
  if (behind !== 0) throw new SqliteRefused(forkSentence(behind, ledger.writtenAt));
}

/** Why a log that has less than was recorded, or something else, is not gone on with. */
export function forkSentence(behind: number | undefined, writtenAt: string) {
  return behind === undefined
    ? {
        th: `เหตุการณ์ในโฟลเดอร์นี้ไม่ใช่ชุดเดียวกับที่เคยบันทึกไว้ (จดไว้เมื่อ ${writtenAt}) โปรดกู้คืนข้อมูลสำรองของการติดตั้งนี้ หรือตรวจด้วย faemban verify --data`,
        en: `The events in this folder are not those this installation had recorded (noted ${writtenAt}). Restore a backup of this installation, or look with: faemban verify --data`,
      }
    : {
        th: `เหตุการณ์ในโฟลเดอร์นี้น้อยกว่าที่เคยบันทึกไว้ ${behind} รายการ (จดไว้เมื่อ ${writtenAt}) ถ้าทำต่อประวัติจะแยกเป็นสองสาย โปรดกู้คืนข้อมูลสำรองที่ใหม่กว่า หรือยอมรับการสูญหายด้วย faemban restore --accept-loss`,
        en: `The events in this folder are ${behind} fewer than had been recorded (noted ${writtenAt}). To go on would fork history. Restore a newer backup, or answer for the loss with: faemban restore --accept-loss`,
      };
}

function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}
