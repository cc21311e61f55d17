import { createHash } from 'node:crypto';
import type { ContextName } from '@faemban/contracts';
import { signDocument, type Head, type SignedDocument, type Signer } from '@faemban/event-sourcing';
import type { CarriedPolicy } from './carry-policies';
import type { CopiedFiles } from './copy-files';

/** What kind of signed document the report of a migration is. */
export const migrationKind = 'migration';

/** One context as it was moved and read back. */
export interface MovedContext {
  readonly context: ContextName;
  readonly database: string;
  readonly events: number;
  readonly commands: number;
  readonly streams: number;
  readonly segments: number;
  readonly seals: number;
  /** SHA-256 (hex) over partition, seq and chain hash of every head: equal on both sides. */
  readonly headsDigest: string;
  readonly policies: readonly CarriedPolicy[];
  readonly rebuilds: number;
}

/** What a migration did. Times in ISO 8601, UTC. */
export interface MigrationReport {
  readonly installation: string;
  readonly partitionCount: number;
  /** Address of the server, without credentials. */
  readonly server: string;
  readonly databasePrefix: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly events: number;
  readonly contexts: readonly MovedContext[];
  /** Absent where the private files, or the keys, stay where they are. */
  readonly data?: CopiedFiles;
  readonly keys?: CopiedFiles;
  /** Persons whose keys were erased again, since events say that they were erased. */
  readonly erasedAgain: number;
  /** Seconds of copying and of reading back, of this run. */
  readonly copySeconds: number;
  readonly verifySeconds: number;
  /** Events copied by this run; fewer than all where it went on with an earlier one. */
  readonly copiedEvents: number;
}

/** What names all heads of a context in one text. */
export function headsDigestOf(heads: readonly Pick<Head, 'partition' | 'seq' | 'chainHash'>[]): string {
  const text = heads.map(({ partition, seq, chainHash }) => `${partition}\n${seq}\n${chainHash}\n`).join('');
  return createHash('sha256').update(text).digest('hex');
}

/** The report under the installation's signature. */
export const signReport = (signer: Signer, report: MigrationReport): SignedDocument<MigrationReport> =>
  signDocument(signer, migrationKind, report);

const number = (value: number): string => value.toLocaleString('en-US');
const rate = (count: number, seconds: number): string => number(Math.round(count / Math.max(seconds, 0.001)));

/** The report for people. */
export function reportLines(report: MigrationReport): readonly string[] {
  const { installation, server, databasePrefix, events, contexts, copySeconds, verifySeconds, copiedEvents } = report;
  return [
    `ย้ายครบและตรวจแล้ว · migrated and verified: ${number(events)} events → ${server} (${databasePrefix}-…)`,
    `การติดตั้ง · installation ${installation}, ${report.partitionCount} partitions, ${report.startedAt} – ${report.finishedAt}`,
    `คัดลอก · copied ${number(copiedEvents)} events in ${copySeconds.toFixed(1)} s (${rate(copiedEvents, copySeconds)}/s); อ่านทวน · read back in ${verifySeconds.toFixed(1)} s (${rate(events, verifySeconds)}/s)`,
    ...contexts.flatMap(contextLines),
    ...filesLines(report),
    'ข้อมูลสรุปสร้างใหม่จากเหตุการณ์เมื่อเริ่มบริการ · read models and what they have parked are made again from the events when the services start',
    'โฟลเดอร์เดิมยังอยู่และถูกทำเครื่องหมายว่าย้ายแล้ว · the old folder is kept, and marked as migrated',
  ];
}

function contextLines(moved: MovedContext): readonly string[] {
  const { database, events, commands, streams, segments, seals, headsDigest, policies, rebuilds } = moved;
  return [
    `  ${database}: ${number(events)} events, ${number(commands)} commands, ${number(streams)} streams, ${number(segments)} segments, ${seals} seals, heads ${headsDigest.slice(0, 16)}`,
    ...policies.map(
      ({ key, events: worked, refusals, parked }) =>
        `    นโยบาย · policy ${key}: ${number(worked)} events worked, ${number(refusals)} refusals, ${number(parked)} parked`,
    ),
    ...(rebuilds === 0 ? [] : [`    บันทึกการสร้างใหม่ · records of ended rebuilds: ${rebuilds}`]),
  ];
}

function filesLines({ data, keys, erasedAgain }: MigrationReport): readonly string[] {
  const stays = 'ไม่ได้คัดลอก ใช้จากโฟลเดอร์เดิม · not copied: used where they are';
  const told = (copied: CopiedFiles | undefined): string =>
    copied === undefined ? stays : `${copied.folder} (${number(copied.files)} files, ${number(copied.bytes)} bytes)`;
  return [
    `  ไฟล์ของบริการ · private files (FAEMBAN_DATA_DIR): ${told(data)}`,
    `  กุญแจ · keys (FAEMBAN_KEYS_DIR): ${told(keys)}`,
    ...(erasedAgain === 0 ? [] : [`  ลบซ้ำ · erased again: ${number(erasedAgain)} persons`]),
  ];
}
