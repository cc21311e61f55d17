import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { digestFile, flush } from '@faemban/store-sqlite';
import { MigrationRefused, type MigrationWatch } from './order';

/** What a folder that is being filled says of itself. */
const markName = 'migrating.json';
/** Locks, shared memory of SQLite, and what was never finished. A write-ahead log that was left is part of its database. */
const leftOut = /(-shm|-journal|\.lock|\.new|\.part|\.before-upgrade)$/;
/** What is kept beside the keys about the data folder itself and its backups. */
const aboutTheFolder = new Set(['heads.json', 'last-backup.json']);

/** What was copied. `bytes` of all files together. */
export interface CopiedFiles {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
}

/** One copy to be made: which files of a folder go where. */
export interface CopyOrder {
  readonly from: string;
  readonly to: string;
  /** Folders below `from`; everything where absent. */
  readonly folders?: readonly string[];
  readonly installationId: string;
  readonly watch: Pick<MigrationWatch, 'beforeWrite' | 'progress'>;
}

/**
 * Refuses, before anything is written, a folder that holds something else than an unfinished copy of this installation.
 * @throws MigrationRefused
 */
export function requireCopyable({ from, to, installationId }: Pick<CopyOrder, 'from' | 'to' | 'installationId'>): void {
  const [source, target] = [resolve(from), resolve(to)];
  if (`${target}${sep}`.startsWith(`${source}${sep}`) || `${source}${sep}`.startsWith(`${target}${sep}`)) {
    throw new MigrationRefused({
      th: `โฟลเดอร์ ${to} ทับกับโฟลเดอร์ข้อมูลเดิม โปรดเลือกโฟลเดอร์ใหม่ที่แยกกัน หรือไม่ต้องระบุเพื่อใช้ที่เดิม`,
      en: `The folder ${to} overlaps with the data folder. Choose a new one apart from it, or leave it out to use the files where they are.`,
    });
  }
  const names = existsSync(target) ? readdirSync(target).filter((name) => name !== `${markName}.new`) : [];
  if (names.length === 0 || markOf(target) === installationId) return;
  throw new MigrationRefused({
    th: `โฟลเดอร์ ${to} มีข้อมูลอื่นอยู่แล้ว โปรดเลือกโฟลเดอร์ใหม่`,
    en: `The folder ${to} has other data already. Choose a new folder.`,
  });
}

/**
 * Copies files byte by byte, only for their owner to read, each verified by its digest; what is there already and equal is left, what the
 * source does not have is removed. The folder says that it is unfinished until {@link finishCopy}.
 */
export async function copyFiles(order: CopyOrder): Promise<CopiedFiles> {
  const { from, to, watch, installationId } = order;
  mkdirSync(to, { recursive: true, mode: 0o700 });
  chmodSync(to, 0o700);
  writeFileSync(join(to, `${markName}.new`), JSON.stringify({ installationId }), { mode: 0o600, flush: true });
  renameSync(join(to, `${markName}.new`), join(to, markName));
  const names = filesBelow(from, order.folders);
  for (const stray of filesBelow(to, order.folders, /^$/).filter((name) => !names.includes(name))) {
    await watch.beforeWrite('file');
    rmSync(join(to, stray));
  }
  let bytes = 0;
  for (const [at, name] of names.entries()) {
    bytes += await copyOne(join(from, name), join(to, name), watch);
    watch.progress('files', at + 1, names.length, 'files');
  }
  return { folder: to, files: names.length, bytes };
}

/** Checks again that every file is the source's. @throws MigrationRefused naming the first that is not */
export async function verifyFiles({ from, to, folders }: CopyOrder): Promise<void> {
  for (const name of filesBelow(from, folders)) {
    const [ours, theirs] = [await digestOf(join(from, name)), await digestOf(join(to, name))];
    if (ours === undefined || ours.sha256 !== theirs?.sha256) throw fileDiffers(name);
  }
}

/** Takes the note away that the folder is unfinished. */
export function finishCopy(to: string): void {
  rmSync(join(to, markName), { force: true });
}

function markOf(folder: string): string | undefined {
  const file = join(folder, markName);
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { installationId?: string }).installationId;
}

function filesBelow(folder: string, folders: readonly string[] | undefined, except = leftOut): readonly string[] {
  const roots = folders ?? [''];
  return roots
    .filter((root) => existsSync(join(folder, root)))
    .flatMap((root) =>
      readdirSync(join(folder, root), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name))),
    )
    .filter((name) => !except.test(name) && name !== markName && !aboutTheFolder.has(name))
    .sort();
}

async function copyOne(from: string, to: string, watch: Pick<MigrationWatch, 'beforeWrite'>): Promise<number> {
  const wanted = await digestOf(from);
  if (wanted === undefined) throw fileDiffers(from);
  if ((await digestOf(to))?.sha256 !== wanted.sha256) {
    await watch.beforeWrite('file');
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    copyFileSync(from, `${to}.part`);
    chmodSync(`${to}.part`, 0o600);
    flush(`${to}.part`);
    renameSync(`${to}.part`, to);
    if ((await digestOf(to))?.sha256 !== wanted.sha256) throw fileDiffers(to);
  }
  chmodSync(to, 0o600);
  return wanted.bytes;
}

async function digestOf(file: string): Promise<{ readonly sha256: string; readonly bytes: number } | undefined> {
  return existsSync(file) ? digestFile(file) : undefined;
}

const fileDiffers = (name: string): MigrationRefused =>
  new MigrationRefused({
    th: `สำเนาของไฟล์ ${name} ไม่ตรงกับต้นฉบับ โปรดตรวจดิสก์ปลายทาง แล้วสั่ง faemban migrate --resume`,
    en: `The copy of ${name} is not the same as the original. Check the target's disk, then go on with: faemban migrate --resume`,
  });
