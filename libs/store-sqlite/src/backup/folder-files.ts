import { createHash } from 'node:crypto';
import { createReadStream, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** What of a data folder is copied when: seals first, since they may not be ahead of the events; read models before the events, so that none is ahead; what events refer to after them. */
export type CopyStage = 'seals' | 'read-models' | 'events' | 'private';

/** One file of a data folder, by its path inside it, with `/` between its parts. */
export interface FolderFile {
  readonly path: string;
  readonly stage: CopyStage;
  readonly isDatabase: boolean;
}

const leftOut = /(-wal|-shm|-journal|\.lock|\.new|\.part)$/;

/** The files of a data folder in the order in which they are to be copied. Locks, write-ahead logs and the keys are left out. */
export function filesToCopy(folder: string): readonly FolderFile[] {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.startsWith('keys/') && !leftOut.test(path));
  const files = paths.map((path) => ({ path, stage: stageOf(path), isDatabase: path.endsWith('.sqlite') }));
  const order: readonly CopyStage[] = ['seals', 'read-models', 'events', 'private'];
  return files.sort(
    (one, other) => order.indexOf(one.stage) - order.indexOf(other.stage) || (one.path < other.path ? -1 : 1),
  );
}

function stageOf(path: string): CopyStage {
  if (path.startsWith('seals/')) return 'seals';
  if (path === 'events.sqlite') return 'events';
  return path.includes('/') || !path.endsWith('.sqlite') ? 'private' : 'read-models';
}

/** SHA-256 (hex) and size of a file. */
export async function digestFile(file: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
