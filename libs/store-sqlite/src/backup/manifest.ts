import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContextName } from '@faemban/contracts';
import { SqliteRefused } from '../failures';
import { digestFile, eventsName, keysName, manifestName } from './folder-files';
import type { LedgerHead } from './heads-ledger';

const formatName = 'faemban-backup';
const formatVersion = 1;

/** One file of a backup: its path inside it, with `/` between its parts. */
export interface BackedUpFile {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256, in hexadecimal digits. */
  readonly sha256: string;
}

/** What a backup says of itself. Sizes in bytes, times ISO 8601 in UTC. */
export interface BackupManifest {
  readonly format: typeof formatName;
  readonly version: number;
  readonly takenAt: string;
  readonly installation: string;
  readonly partitionCount: number;
  readonly events: number;
  /** Where each partition ends. */
  readonly heads: Readonly<Partial<Record<ContextName, readonly LedgerHead[]>>>;
  readonly files: readonly BackedUpFile[];
}

/** How far a backup or a restore is: bytes done of those to do. */
export type CopyProgress = (done: number, total: number, path: string) => void;

/** Makes a folder a backup: to be called last. */
export function writeManifest(folder: string, manifest: Omit<BackupManifest, 'format' | 'version'>): BackupManifest {
  const whole: BackupManifest = { format: formatName, version: formatVersion, ...manifest };
  const file = join(folder, manifestName);
  const text = `${JSON.stringify({ ...whole, digest: digestOf(whole) }, undefined, 2)}\n`;
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
  return whole;
}

/** Reads what a backup says of itself. @throws SqliteRefused where the folder is no backup, of a newer program, or was altered */
export function readManifest(folder: string): BackupManifest {
  const file = join(folder, manifestName);
  if (!existsSync(file)) throw noBackup(folder);
  const manifest = parsed(readFileSync(file, 'utf8'));
  if (manifest?.format !== formatName) throw damaged(manifestName);
  if (manifest.version !== formatVersion) throw otherVersion(manifest.version);
  const { digest, ...rest } = manifest;
  if (digest !== digestOf(rest)) throw damaged(manifestName);
  const { files } = rest;
  const isSafe = files.every(({ path }) => isInside(path)) && files.some(({ path }) => path === eventsName);
  if (!isSafe) throw damaged(manifestName);
  return rest;
}

/** Checks every file of a backup, or of a copy of one, against its manifest. @throws SqliteRefused naming the first that differs */
export async function requireFilesAsBackedUp(
  folder: string,
  { files }: Pick<BackupManifest, 'files'>,
  onProgress: CopyProgress,
): Promise<void> {
  const total = bytesOf({ files });
  let done = 0;
  for (const { path, bytes, sha256 } of files) {
    onProgress(done, total, path);
    const file = join(folder, path);
    const found = existsSync(file) ? await digestFile(file) : undefined;
    if (found?.sha256 !== sha256 || found.bytes !== bytes) throw damaged(path);
    done += bytes;
  }
}

/** Size of all files of a backup, in bytes. */
export function bytesOf({ files }: Pick<BackupManifest, 'files'>): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

const digestOf = (manifest: object): string => createHash('sha256').update(JSON.stringify(manifest)).digest('hex');

function parsed(text: string): (BackupManifest & { readonly digest?: unknown }) | undefined {
  try {
    return JSON.parse(text) as BackupManifest & { readonly digest?: unknown };
  } catch {
    return undefined;
  }
}

/** A backup could be made to write elsewhere, or over the keys, if its paths were believed. */
function isInside(path: unknown): boolean {
  if (typeof path !== 'string' || path === '' || path.includes('\\') || path.includes(':')) return false;
  const [first, ...rest] = path.split('/');
  return first !== keysName && ![first, ...rest].some((part) => part === '' || part === '.' || part === '..');
}

const noBackup = (folder: string): SqliteRefused =>
  new SqliteRefused({
    th: `โฟลเดอร์ ${folder} ไม่ใช่ข้อมูลสำรองที่เสร็จสมบูรณ์ โปรดเลือกโฟลเดอร์ที่มี ${manifestName}`,
    en: `The folder ${folder} is no finished backup. Choose one that has a ${manifestName}.`,
  });
const otherVersion = (version: unknown): SqliteRefused =>
  new SqliteRefused({
    th: `ข้อมูลสำรองนี้เป็นรูปแบบรุ่น ${String(version)} โปรแกรมนี้รู้จักรุ่น ${formatVersion} โปรดใช้ Faemban รุ่นใหม่กว่า`,
    en: `This backup has format version ${String(version)}; this program knows version ${formatVersion}. Use a newer Faemban.`,
  });
const damaged = (path: string): SqliteRefused =>
  new SqliteRefused({
    th: `ไฟล์ ${path} ในข้อมูลสำรองไม่ตรงกับที่บันทึกไว้ จึงไม่กู้คืนสิ่งใด โปรดใช้ข้อมูลสำรองชุดอื่น`,
    en: `The file ${path} of the backup is not what it was, so nothing was restored. Use another backup.`,
  });
