import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { SqliteRefused } from '../failures';
import { describeEvents } from './describe-events';
import { digestFile, eventsName, filesToCopy, flush, flushFolder, manifestName, type FolderFile } from './folder-files';
import { writeManifest, type BackedUpFile, type BackupManifest, type CopyProgress } from './manifest';
import { asCopyFailure, requireRoom } from './room';
import { Snapshot } from './snapshot';

/** What to copy, whereto, and when that is. */
export interface BackupOrder {
  readonly from: string;
  /** A new folder; it is there only when the backup is finished. */
  readonly to: string;
  readonly takenAt: string;
  /** Databases below the folder that their service writes before the events about it, e.g. `identity-verification/vault.sqlite`. */
  readonly leading?: readonly string[];
  readonly onProgress?: CopyProgress;
}

/**
 * Copies a data folder, also of a running system, without holding it up: read models first, one after another, then the events together
 * with what services keep beside them at one moment. The keys are not part of it. Must not run in the process that serves the folder.
 * @throws SqliteRefused where `to` is inside the folder or not empty, or its disk is full or cannot be written
 */
export async function backupFolder(order: BackupOrder): Promise<BackupManifest> {
  const [from, to] = [resolve(order.from), resolve(order.to)];
  if (!existsSync(join(from, eventsName))) throw noEvents(from);
  if (`${to}${sep}`.startsWith(`${from}${sep}`)) throw insideItself(to);
  requireNew(to);
  const files = filesToCopy(from, order.leading ?? []);
  const bytes = files.reduce((sum, { path }) => sum + (sizeOf(join(from, path)) ?? 0), 0);
  const beside = `${to}.part`;
  const copying = new Copying(from, beside, bytes, order.onProgress ?? (() => undefined));
  try {
    rmSync(beside, { recursive: true, force: true });
    mkdirSync(beside, { recursive: true, mode: 0o700 });
    requireRoom(beside, bytes);
    const copied = await copying.copyAll(files);
    copying.path = manifestName;
    const { installation, partitionCount, events, heads } = describeEvents(join(beside, eventsName));
    const { takenAt } = order;
    const manifest = writeManifest(beside, { takenAt, installation, partitionCount, events, heads, files: copied });
    for (const folder of new Set(copied.map(({ path }) => dirname(join(beside, path))))) flushFolder(folder);
    flushFolder(beside);
    if (existsSync(to)) rmdirSync(to);
    renameSync(beside, to);
    flushFolder(dirname(to));
    return manifest;
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw asCopyFailure(error, copying.path, to);
  }
}

/** A backup under way. */
class Copying {
  /** What is being copied. */
  path = eventsName;
  private done = 0;
  private readonly copied: BackedUpFile[] = [];

  constructor(
    private readonly from: string,
    private readonly to: string,
    private readonly bytes: number,
    private readonly onProgress: CopyProgress,
  ) {}

  async copyAll(files: readonly FolderFile[]): Promise<readonly BackedUpFile[]> {
    for (const file of files.filter(({ stage }) => stage === 'seals' || stage === 'read-models'))
      await this.copyAlone(file);
    // Milliseconds lie between these snapshots; they are taken in the order in which a crash would leave the files.
    const together = files.filter(
      ({ stage, isDatabase }) => isDatabase && (stage === 'lagging' || stage === 'events' || stage === 'leading'),
    );
    const snapshots: { file: FolderFile; snapshot: Snapshot }[] = [];
    try {
      for (const file of together) {
        this.path = file.path;
        snapshots.push({ file, snapshot: Snapshot.of(join(this.from, file.path)) });
      }
      // The events first: their write-ahead log grows fastest.
      snapshots.sort((one, other) => Number(other.file.stage === 'events') - Number(one.file.stage === 'events'));
      for (let next = snapshots.shift(); next !== undefined; next = snapshots.shift())
        await this.copySnapshot(next.file, next.snapshot);
    } finally {
      for (const { snapshot } of snapshots) snapshot.close();
    }
    for (const file of files.filter(({ stage, isDatabase }) => !isDatabase && stage === 'leading'))
      await this.copyAlone(file);
    return this.copied;
  }

  private async copyAlone(file: FolderFile): Promise<void> {
    this.path = file.path;
    const source = join(this.from, file.path);
    // An uploaded file may be gone by now, when its import is done with.
    if (sizeOf(source) === undefined) return;
    if (file.isDatabase) {
      await this.copySnapshot(file, Snapshot.of(source));
      return;
    }
    const target = this.targetOf(file);
    this.tell(0);
    copyFileSync(source, target);
    flush(target);
    await this.note(file, target);
  }

  private async copySnapshot(file: FolderFile, snapshot: Snapshot): Promise<void> {
    this.path = file.path;
    const target = this.targetOf(file);
    try {
      await snapshot.copyTo(target, (bytes) => this.tell(bytes));
    } finally {
      snapshot.close();
    }
    await this.note(file, target);
  }

  private async note({ path }: FolderFile, target: string): Promise<void> {
    const digest = await digestFile(target);
    this.copied.push({ path, ...digest });
    this.done += digest.bytes;
    this.tell(0);
  }

  private targetOf({ path }: FolderFile): string {
    const target = join(this.to, path);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    return target;
  }

  private tell(bytes: number): void {
    const done = this.done + bytes;
    this.onProgress(done, Math.max(this.bytes, done), this.path);
  }
}

function sizeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.size;
}

/** @throws SqliteRefused where something is there already, or the folder is a disk itself, which cannot be put in place at once */
export function requireNew(folder: string): void {
  if (!existsSync(folder)) return;
  const isDisk = statSync(folder).dev !== statSync(dirname(folder)).dev;
  if (!isDisk && readdirSync(folder).length === 0) return;
  throw new SqliteRefused({
    th: `โฟลเดอร์ ${folder} มีอยู่แล้วและไม่ว่าง หรือเป็นดิสก์ทั้งลูก โปรดระบุโฟลเดอร์ใหม่ข้างใน เช่น ${join(folder, 'backup-1')}`,
    en: `The folder ${folder} is there and not empty, or is a whole disk. Name a new folder inside it, e.g. ${join(folder, 'backup-1')}`,
  });
}

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
