import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ContextName } from '@faemban/contracts';
import type { Clock, Verification } from '@faemban/event-sourcing';
import {
  examineFolder,
  lockDataFolder,
  openStoredLog,
  readMigratedMark,
  verifyEventsFile,
  type MigratedMark,
  type StoredLog,
} from '@faemban/store-sqlite';
import { MigrationRefused } from './order';

/** What of a folder's health says nothing about whether it can be migrated: a full disk is a reason to. */
const tolerated = new Set(['disk-nearly-full']);

/** What a key opens: without it, a service would make a new one that opens nothing of it. */
const keysNeeded: readonly { readonly key: string; readonly by: string; readonly context?: ContextName }[] = [
  { key: 'signing-keys.json', by: 'seals/keys.json' },
  { key: 'identity-verification.key', by: 'identity-verification/vault.sqlite', context: 'identity-verification' },
  { key: 'ingestion.key', by: 'ingestion/imports.sqlite', context: 'ingestion' },
];

/** The events of a data folder that nobody else can use until it is closed. */
export interface Source {
  readonly folder: string;
  readonly log: StoredLog;
  /** Where an earlier run sent the folder; it may have been interrupted behind that. */
  readonly mark: MigratedMark | undefined;
  readonly verified: Verification;
  close(): void;
}

/** A verification found the source to be something else than what was recorded. */
export class SourceAltered extends Error {
  override readonly name = 'SourceAltered';
  constructor(readonly verification: Verification) {
    super('the events of the data folder are not those that were recorded');
  }
}

/**
 * Locks a data folder and looks it over: it is whole, has its keys, and every event, chain and seal is what it was.
 * @throws SqliteRefused where somebody uses it; MigrationRefused where a doctor finds it unwell; SourceAltered naming the event
 */
export function openSource(folder: string, clock: Clock): Source {
  const unwell = examineFolder(folder, { nowMs: clock() }).find(
    ({ level, code }) => level === 'error' && !tolerated.has(code),
  );
  if (unwell !== undefined) {
    const todo = unwell.todo ?? { th: 'สั่ง faemban doctor', en: 'Look with: faemban doctor' };
    throw new MigrationRefused({
      th: `ย้ายโฟลเดอร์นี้ไม่ได้: ${unwell.what.th} ${todo.th}`,
      en: `This folder cannot be migrated: ${unwell.what.en}. ${todo.en}`,
    });
  }
  const lock = lockDataFolder(folder);
  let log: StoredLog | undefined;
  try {
    const file = join(folder, 'events.sqlite');
    log = openStoredLog(file);
    requireKeys(folder, log);
    const seals = join(folder, 'seals');
    const verified = verifyEventsFile({ file, ...(existsSync(seals) ? { sealsFolder: seals } : {}) });
    if (verified.verdict === 'altered') throw new SourceAltered(verified);
    const opened = log;
    return {
      folder,
      log,
      mark: readMigratedMark(folder),
      verified,
      close() {
        opened.close();
        lock.release();
      },
    };
  } catch (error) {
    log?.close();
    lock.release();
    throw error;
  }
}

function requireKeys(folder: string, log: StoredLog): void {
  for (const { key, by, context } of keysNeeded) {
    if (existsSync(join(folder, 'keys', key)) || !existsSync(join(folder, by))) continue;
    if (context !== undefined && log.heads(context).every(({ seq }) => seq === 0)) continue;
    throw new MigrationRefused({
      th: `ไม่มีกุญแจ keys/${key} ที่ข้อมูลในโฟลเดอร์นี้ต้องใช้ โปรดวางสำเนาจาก faemban backup-keys ใน keys/ ก่อนย้าย`,
      en: `The key keys/${key} is missing, which the data of this folder needs. Put the copy that faemban backup-keys made into keys/ before the migration.`,
    });
  }
}
