import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ContextName } from '@faemban/contracts';
import {
  readLedger,
  requireLedgerKept,
  requireNoneUnfinished,
  requireNotMigrated,
  SqliteRefused,
  type SqliteEvents,
} from '@faemban/store-sqlite';

/** What a key opens: once that is in use, a new key in its place would open nothing of it. */
const keysNeeded: readonly { readonly key: string; readonly by: string; readonly context?: ContextName }[] = [
  { key: 'signing-keys.json', by: 'seals/keys.json' },
  { key: 'identity-verification.key', by: 'identity-verification/vault.sqlite', context: 'identity-verification' },
  { key: 'ingestion.key', by: 'ingestion/imports.sqlite', context: 'ingestion' },
];

/**
 * Checks, before anything of a data folder is opened, that it is not half of one.
 * @throws SqliteRefused where a restore is unfinished, the folder was migrated, or there are no events although some had been recorded
 */
export function requireWholeFolder(dataDir: string): void {
  requireNoneUnfinished(dataDir);
  requireNotMigrated(dataDir);
  const keysFolder = join(dataDir, 'keys');
  const ledger = readLedger(keysFolder);
  const wasUsed = Object.values(ledger?.heads ?? {}).some((heads) => heads.length > 0);
  if (wasUsed && !existsSync(join(dataDir, 'events.sqlite'))) throw noEvents(dataDir);
}

/**
 * Checks that the events are those this installation had recorded.
 * @throws SqliteRefused where history would fork, or a key is missing that the data needs
 */
export async function requireWholeHistory(dataDir: string, events: SqliteEvents): Promise<void> {
  const keysFolder = join(dataDir, 'keys');
  for (const { key, by, context } of keysNeeded) {
    if (existsSync(join(keysFolder, key)) || !existsSync(join(dataDir, by))) continue;
    const isInUse = context === undefined || (await events.log.heads(context)).some(({ seq }) => seq > 0);
    if (isInUse) throw noKey(key);
  }
  await requireLedgerKept(keysFolder, events);
}

const noEvents = (folder: string): SqliteRefused =>
  new SqliteRefused({
    th: `โฟลเดอร์ ${folder} มีกุญแจของระบบที่ใช้งานแล้ว แต่ไม่มีเหตุการณ์ โปรดกู้คืนด้วย faemban restore หรือเลือกโฟลเดอร์อื่นด้วย --data`,
    en: `The folder ${folder} has keys of an installation in use, but no events. Restore them with: faemban restore, or choose another folder with --data.`,
  });
const noKey = (key: string): SqliteRefused =>
  new SqliteRefused({
    th: `ไม่มีกุญแจ keys/${key} ที่ข้อมูลในโฟลเดอร์นี้ต้องใช้ โปรดวางสำเนาจาก faemban backup-keys ใน keys/ ก่อนเริ่มระบบ`,
    en: `The key keys/${key} is missing, which the data of this folder needs. Put the copy that faemban backup-keys made into keys/ before the start.`,
  });
