import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { createSigner, createSigningKey, type Signer, type SigningKeyring } from '@faemban/event-sourcing';
import { SqliteRefused } from './failures';

/**
 * The keys by which an installation signs, in a file that only its owner may read, apart from the data so that backups can be too; the
 * first one is made where there is none. `name` is the origin that seals are published under.
 * @throws SqliteRefused where the file holds no keys
 */
export function openSigningKeys(
  file: string,
  { name, createdAt }: { readonly name: string; readonly createdAt: string },
): Signer {
  if (!existsSync(file)) writeKeys(file, { keys: [createSigningKey(name, createdAt)], changes: [] });
  try {
    const keyring = JSON.parse(readFileSync(file, 'utf8')) as SigningKeyring;
    return createSigner(keyring, (changed) => writeKeys(file, changed));
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
function writeKeys(file: string, keyring: SigningKeyring): void {
  const beside = `${file}.new`;
  const descriptor = openSync(beside, 'w', 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify(keyring, undefined, 2)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(beside, file);
}
