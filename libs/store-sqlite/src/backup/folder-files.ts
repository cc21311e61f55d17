import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fsyncSync, openSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * What of a data folder is copied when, so that the copies together are what a crash would have left:
 * - `seals` first, since none may speak of events that the copy lacks
 * - `read-models`: their checkpoints may be behind the events, never ahead of them
 * - `lagging`: what services write after the events it is about (how far an import is applied)
 * - `events`
 * - `leading`: what services write before the events about it (sealed entries, uploaded files)
 */
export type CopyStage = 'seals' | 'read-models' | 'lagging' | 'events' | 'leading';

const order: readonly CopyStage[] = ['seals', 'read-models', 'lagging', 'events', 'leading'];

/** One file of a data folder, by its path inside it, with `/` between its parts. */
export interface FolderFile {
  readonly path: string;
  readonly stage: CopyStage;
  readonly isDatabase: boolean;
}

/** Where the events of a data folder, or of a backup, are. */
export const eventsName = 'events.sqlite';
/** Where the keys of a data folder are; no backup of the data has them. */
export const keysName = 'keys';

/** The file that makes a folder a backup. */
export const manifestName = 'backup.json';

/** What may be deleted at any time, such as snapshots of streams; no backup has it. */
export const cacheName = 'cache';

/** Locks, write-ahead logs, what is unfinished, and what an upgrade left. */
const leftOut = /(-wal|-shm|-journal|\.lock|\.new|\.part|\.before-upgrade)$/;
/** A restore that is under way. */
const unfinished = /(^|\/)[^/]+\.part\//;

/**
 * The files of a data folder in the order in which they are to be copied, without the keys.
 * @param leading paths of the databases that a service writes before the events
 */
export function filesToCopy(folder: string, leading: readonly string[]): readonly FolderFile[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.startsWith(`${keysName}/`) && !path.startsWith(`${cacheName}/`) && path !== manifestName)
    .filter((path) => !leftOut.test(path) && !unfinished.test(path))
    .map((path) => ({ path, stage: stageOf(path, leading), isDatabase: path.endsWith('.sqlite') }));
  return files.sort(
    (one, other) => order.indexOf(one.stage) - order.indexOf(other.stage) || (one.path < other.path ? -1 : 1),
  );
}

function stageOf(path: string, leading: readonly string[]): CopyStage {
  if (path === eventsName) return 'events';
  if (path.startsWith('seals/')) return 'seals';
  if (!path.endsWith('.sqlite') || leading.includes(path)) return 'leading';
  return path.includes('/') ? 'lagging' : 'read-models';
}

/** SHA-256 (hex) and size in bytes of a file. */
export async function digestFile(file: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

/** Has the operating system write a file to the disk. */
export function flush(file: string): void {
  flushOpened(openSync(file, 'r+'));
}

/** Has the operating system write a folder's entries to the disk. Windows does so by itself, and opens no folder. */
export function flushFolder(folder: string): void {
  if (process.platform !== 'win32') flushOpened(openSync(folder, 'r'));
}

function flushOpened(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
