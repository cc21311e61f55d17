import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import Database from 'better-sqlite3';
import { contextNames, type ContextName } from '@faemban/contracts';
import { SqliteRefused } from '../failures';
import type { LedgerHead } from './heads-ledger';
import { digestFile, filesToCopy } from './folder-files';

/** The file that makes a folder a backup; written last. */
export const manifestName = 'backup.json';
const formatVersion = 1;

/** What a backup says of itself. Sizes in bytes, times ISO 8601 in UTC. */
export interface BackupManifest {
  readonly format: 'faemban-backup';
  readonly version: number;
  readonly installation: string;
  readonly partitionCount: number;
  readonly takenAt: string;
  readonly events: number;
  readonly heads: Readonly<Partial<Record<ContextName, readonly LedgerHead[]>>>;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

/** How far a backup or a restore is: bytes done of those to do. */
export type CopyProgress = (done: number, total: number, path: string) => void;

/**
 * Copies a data folder, also of a running system, without holding it up: every database at one moment of its own, in an order in which no
 * copy can be ahead of what it depends on. The keys are not part of it. What is there before the manifest is no backup.
 * @throws SqliteRefused where `to` is inside the folder, is not empty, or has too little room
 */
export async function backupFolder({
  from,
  to,
  takenAt,
  onProgress = () => undefined,
}: {
  readonly from: string;
  readonly to: string;
  readonly takenAt: string;
  readonly onProgress?: CopyProgress;
}): Promise<BackupManifest> {
  const [source, target] = [resolve(from), resolve(to)];
  if (!existsSync(join(source, 'events.sqlite'))) throw noEvents(source);
  if (`${target}${sep}`.startsWith(`${source}${sep}`)) throw insideItself(target);
  requireEmpty(target);
  const files = filesToCopy(source);
  const sizes = new Map(files.map(({ path }) => [path, statSync(join(source, path)).size]));
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const beside = `${target}.part`;
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { recursive: true, mode: 0o700 });
  try {
    requireRoom(beside, total);
    const copied: { path: string; bytes: number; sha256: string }[] = [];
    let done = 0;
    for (const { path, isDatabase } of files) {
      onProgress(done, total, path);
      const file = join(beside, path);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      // A staged file may be gone by now, when its import is done with.
      if (!existsSync(join(source, path))) continue;
      if (isDatabase) copyDatabase(join(source, path), file);
      else copyFileSync(join(source, path), file);
      flush(file);
      copied.push({ path, ...(await digestFile(file)) });
      done += sizes.get(path) ?? 0;
    }
    onProgress(total, total, manifestName);
    const manifest: BackupManifest = {
      format: 'faemban-backup',
      version: formatVersion,
      takenAt,
      ...describeEvents(join(beside, 'events.sqlite')),
      files: copied,
    };
    writeFileSync(join(beside, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`, {
      mode: 0o600,
      flush: true,
    });
    if (existsSync(target)) rmSync(target, { recursive: true });
    renameSync(beside, target);
    flush(dirname(target));
    return manifest;
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw error;
  }
}

/** Reads what a backup says of itself. @throws SqliteRefused where the folder is no backup, or of a newer program */
export function readManifest(folder: string): BackupManifest {
  const file = join(folder, manifestName);
  if (!existsSync(file)) throw noBackup(folder);
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as BackupManifest;
  if (manifest.format !== 'faemban-backup' || manifest.version > formatVersion) throw noBackup(folder);
  return manifest;
}

/** Checks every file of a backup against its manifest. @throws SqliteRefused naming the first that is not what it was */
export async function checkBackup(folder: string, onProgress: CopyProgress = () => undefined): Promise<BackupManifest> {
  const manifest = readManifest(folder);
  const total = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const { path, bytes, sha256 } of manifest.files) {
    onProgress(done, total, path);
    const file = join(folder, path);
    const found = existsSync(file) ? await digestFile(file) : undefined;
    if (found?.sha256 !== sha256 || found.bytes !== bytes) throw damaged(path);
    done += bytes;
  }
  return manifest;
}

/** A copy of a database as it is at one moment, made by SQLite itself; whoever writes to it goes on. */
function copyDatabase(from: string, to: string): void {
  const db = new Database(from, { readonly: true, fileMustExist: true, timeout: 30_000 });
  try {
    db.prepare('VACUUM INTO ?').run(to);
  } finally {
    db.close();
  }
}

/** Which events a file holds. */
export function describeEvents(
  file: string,
): Pick<BackupManifest, 'installation' | 'partitionCount' | 'events' | 'heads'> {
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const meta = new Map(db.prepare<[], [string, string]>('SELECT key, value FROM meta').raw().all());
    const rows = db
      .prepare<[], LedgerHead & { readonly context: string }>(
        `SELECT name AS context, partition, seq, chain_hash AS chainHash FROM heads JOIN contexts USING (topic) ORDER BY topic, partition`,
      )
      .all();
    const heads: Partial<Record<ContextName, LedgerHead[]>> = {};
    for (const { context: name, ...head } of rows) {
      const context = contextNames.find((known) => known === name);
      if (context !== undefined && head.seq > 0) (heads[context] ??= []).push(head);
    }
    return {
      installation: meta.get('installationId') ?? '',
      partitionCount: Number(meta.get('partitionCount')),
      events: rows.reduce((sum, { seq }) => sum + seq, 0),
      heads,
    };
  } finally {
    db.close();
  }
}

/** @throws SqliteRefused where something is there already */
export function requireEmpty(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return;
  throw new SqliteRefused({
    th: `โฟลเดอร์ ${folder} ไม่ว่าง โปรดระบุโฟลเดอร์ใหม่`,
    en: `The folder ${folder} is not empty. Name a new one.`,
  });
}

/** @throws SqliteRefused where a disk has less room than is needed */
export function requireRoom(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize > bytes * 1.05) return;
  const [needed, free] = [mebibytes(bytes * 1.05), mebibytes(bavail * bsize)];
  throw new SqliteRefused({
    th: `พื้นที่ว่างไม่พอ ต้องใช้ราว ${needed} MiB มีอยู่ ${free} MiB โปรดเลือกดิสก์อื่น`,
    en: `There is too little room: about ${needed} MiB are needed, ${free} MiB are free. Choose another disk.`,
  });
}

/** Has the operating system write a file, or a folder's entries, to the disk. */
export function flush(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const mebibytes = (bytes: number): number => Math.ceil(bytes / 1024 / 1024);
const noEvents = (folder: string): SqliteRefused =>
  new SqliteRefused({
    th: `ไม่มีเหตุการณ์ในโฟลเดอร์ ${folder} โปรดระบุโฟลเดอร์ข้อมูลด้วย --data`,
    en: `There are no events in ${folder}. Name the data folder with --data.`,
  });
const insideItself = (folder: string): SqliteRefused =>
  new SqliteRefused({
    th: `โฟลเดอร์ ${folder} อยู่ในโฟลเดอร์ข้อมูลเอง โปรดเลือกที่อื่น ดีที่สุดคือคนละดิสก์`,
    en: `The folder ${folder} lies inside the data folder. Choose another place, best on another disk.`,
  });
const noBackup = (folder: string): SqliteRefused =>
  new SqliteRefused({
    th: `โฟลเดอร์ ${folder} ไม่ใช่ข้อมูลสำรองที่เสร็จสมบูรณ์ของ Faemban รุ่นนี้ โปรดเลือกโฟลเดอร์ที่มี ${manifestName}`,
    en: `The folder ${folder} is no finished backup for this Faemban. Choose one that has a ${manifestName}.`,
  });
const damaged = (path: string): SqliteRefused =>
  new SqliteRefused({
    th: `ไฟล์ ${path} ในข้อมูลสำรองไม่ตรงกับที่บันทึกไว้ จึงไม่กู้คืนสิ่งใด โปรดใช้ข้อมูลสำรองชุดอื่น`,
    en: `The file ${path} of the backup is not what it was, so nothing was restored. Use another backup.`,
  });
