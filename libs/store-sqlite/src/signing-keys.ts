import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { createSigner, createSigningKey, type Signer, type SigningKey } from '@faemban/event-sourcing';
import { SqliteRefused } from './failures';

/** The keys by which an installation signs, in a file that only its owner may read; apart from the data, so that backups can be too. */
export interface SigningKeys extends Signer {
  /** Makes a new key, which signs from now on. The old ones stay, so that what they signed can be checked. */
  rotate(createdAt: string): void;
}

/**
 * Reads the keys of an installation, or makes the first one. `name` is the origin that seals are published under.
 * @throws SqliteRefused where the file holds no keys
 */
export function openSigningKeys(
  file: string,
  { name, createdAt }: { readonly name: string; readonly createdAt: string },
): SigningKeys {
  let keys: readonly SigningKey[] = existsSync(file) ? readKeys(file) : [];
  const add = (at: string): void => {
    const more = [...keys, createSigningKey(name, at)];
    writeKeys(file, more);
    keys = more;
  };
  if (keys.length === 0) add(createdAt);
  let signer = createSigner(keys);
  return {
    get key() {
      return signer.key;
    },
    get keys() {
      return signer.keys;
    },
    sign: (bytes) => signer.sign(bytes),
    rotate(at) {
      add(at);
      signer = createSigner(keys);
    },
  };
}

function readKeys(file: string): readonly SigningKey[] {
  try {
    const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys: readonly SigningKey[] };
    createSigner(keys);
    return keys;
  } catch (cause) {
    throw new SqliteRefused(
      {
        th: 'อ่านไฟล์กุญแจลงลายเซ็น (keys/signing-keys.json) ไม่ได้ โปรดกู้คืนจากข้อมูลสำรองของกุญแจ หรือย้ายไฟล์ออกเพื่อสร้างกุญแจใหม่',
        en: 'The signing keys (keys/signing-keys.json) cannot be read. Restore them from the backup of the keys, or move the file away to have a new key made.',
      },
      { cause },
    );
  }
}

/** Written beside and renamed, so that a power cut leaves the old file or the new one. */
function writeKeys(file: string, keys: readonly SigningKey[]): void {
  const beside = `${file}.new`;
  const descriptor = openSync(beside, 'w', 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify({ keys }, undefined, 2)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(beside, file);
}
