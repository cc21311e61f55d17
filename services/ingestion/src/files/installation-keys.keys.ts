import { hash, hkdfSync, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { StoreRefused } from '@faemban/event-sourcing';

/** Length of every key here, in bytes. */
export const keyBytes = 32;
/** Length of a keyed hash, in base64url characters: 132 bits, about half of SHA-256, so that it cannot be extended. */
export const keyedHashCharacters = 22;

/** The keys of this installation's ingestion, made of one file. */
export interface InstallationKeys {
  /** A sealed file's key: of the batch's own secret and the file's salt, which are 32 and 16 bytes long. */
  fileKey(batchSecret: Buffer, salt: Buffer): Buffer;
  /** Under which a source's own key of a household is kept. */
  householdKey(source: string, ref: string): string;
  /** Of everything a row or household says, to tell whether it changed. */
  digest(text: string): string;
}

/**
 * Reads the master key, or makes one on the first start. The file is readable by its owner only and written whole before it gets its
 * name. @throws StoreRefused when the file is there but is no key
 */
export function readInstallationKeys(file: string): InstallationKeys {
  if (!existsSync(file)) writeNewKey(file);
  const master = readFileSync(file);
  if (master.length !== keyBytes) {
    throw new StoreRefused(
      `ไฟล์กุญแจของการนำเข้าไม่สมบูรณ์ ให้กู้คืนจากสำเนา · Ingestion's key file is not ${keyBytes} bytes long. Restore it from its backup: without it no uploaded file can be read.`,
    );
  }
  chmodSync(file, 0o600);
  const derive = (use: string): Buffer =>
    Buffer.from(hkdfSync('sha256', master, '', `faemban/ingestion/${use}`, keyBytes));
  const files = derive('files');
  const hashing = derive('hashing').toString('hex');
  const keyed = (text: string): string =>
    hash('sha256', `${hashing}${text}`, 'base64url').slice(0, keyedHashCharacters);
  return {
    fileKey: (batchSecret, salt) => hash('sha256', Buffer.concat([files, batchSecret, salt]), 'buffer'),
    householdKey: (source, ref) => keyed(`household\n${source}\n${ref}`),
    digest: (text) => keyed(`digest\n${text}`),
  };
}

function writeNewKey(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const unfinished = `${file}.new`;
  const descriptor = openSync(unfinished, 'w', 0o600);
  try {
    writeSync(descriptor, randomBytes(keyBytes));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(unfinished, file);
}
