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
import { hkdfSync, randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { StoreRefused } from '@faemban/event-sourcing';
import { keyBytes } from './sealing.keys';

/** The keys of this installation's vault, made of one file. */
export interface VaultKeys {
  /** For {@link createSealing}. */
  readonly sealing: Buffer;
  /** For {@link createKeyedHashes}. */
  readonly matching: Buffer;
}

/**
 * Reads the master key, or makes one on the first start. The file is readable by its owner only and written whole before it gets its
 * name, so a crash leaves none or a good one. @throws StoreRefused when the file is there but is no key
 */
export function readVaultKeys(file: string): VaultKeys {
  if (!existsSync(file)) writeNewKey(file);
  const master = readFileSync(file);
  if (master.length !== keyBytes) {
    throw new StoreRefused(
      `ไฟล์กุญแจของทะเบียนบุคคลไม่สมบูรณ์ ให้กู้คืนจากสำเนา · The vault's key file is not ${keyBytes} bytes long. Restore it from its backup: without it nothing in the vault can be read.`,
    );
  }
  chmodSync(file, 0o600);
  const derive = (use: string): Buffer => Buffer.from(hkdfSync('sha256', master, '', `faemban/vault/${use}`, keyBytes));
  return { sealing: derive('sealing'), matching: derive('matching') };
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
