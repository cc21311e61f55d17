import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  createSigner,
  createSigningKey,
  type KeyringKeeper,
  type Signer,
  type SigningKeyring,
} from '@faemban/event-sourcing';
import { holdLock, lockName } from './data-folder-lock';
import { SqliteRefused } from './failures';

/**
 * The keys by which an installation signs, in a file that only its owner may read, apart from the data so that backups can be too; the
 * first one is made where there is none. `name` is the origin that seals are published under. Several processes may have one file: it is
 * read again where it changed, and a new key is added to what is in it then.
 * @throws SqliteRefused where the file holds no keys
 */
export function openSigningKeys(
  file: string,
  { name, createdAt }: { readonly name: string; readonly createdAt: string },
): Signer {
  if (!existsSync(file)) writeKeys(file, { keys: [createSigningKey(name, createdAt)], changes: [] });
  const kept = new KeysFile(file);
  try {
    return createSigner(kept.read(), kept);
  } catch (cause) {
    throw cause instanceof SqliteRefused ? cause : new SqliteRefused(unreadable, { cause });
  }
}

/** A keyring in a file. */
class KeysFile implements KeyringKeeper {
  private seen = '';

  constructor(private readonly file: string) {}

  readonly read = (): SigningKeyring => {
    const { file } = this;
    try {
      // Marked first: what is replaced while it is read is read again.
      this.seen = markOf(file);
      return requireKeys(JSON.parse(readFileSync(file, 'utf8')) as SigningKeyring);
    } catch (cause) {
      this.seen = '';
      throw new SqliteRefused(unreadable, { cause });
    }
  };

  readonly changed = (): SigningKeyring | undefined => (markOf(this.file) === this.seen ? undefined : this.read());

  readonly save = (keyring: SigningKeyring): void => {
    writeKeys(this.file, keyring);
    this.seen = markOf(this.file);
  };

  readonly alone = <Result>(work: () => Result): Result => {
    const lock = holdLock(join(dirname(this.file), lockName), { busy: beingChanged, notWritable: onlyRead });
    try {
      return work();
    } finally {
      lock.release();
    }
  };

  readonly isWritable = (): boolean => {
    try {
      accessSync(dirname(this.file), constants.W_OK);
      return true;
    } catch {
      return false;
    }
  };
}

function requireKeys(keyring: SigningKeyring): SigningKeyring {
  if (keyring.keys.length > 0 && Array.isArray(keyring.changes)) return keyring;
  throw new TypeError('A keyring has keys and changes.');
}

/** What tells one state of a file from every other: it is replaced as a whole, never written in place. */
function markOf(file: string): string {
  const { ino, mtimeNs, size } = statSync(file, { bigint: true });
  return `${ino} ${mtimeNs} ${size}`;
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

const unreadable = {
  th: 'อ่านไฟล์กุญแจลงลายเซ็น (keys/signing-keys.json) ไม่ได้ โปรดกู้คืนจากข้อมูลสำรองของกุญแจ หรือย้ายไฟล์ออกเพื่อสร้างกุญแจใหม่',
  en: 'The signing keys (keys/signing-keys.json) cannot be read. Restore them from the backup of the keys, or move the file away to have a new key made.',
};
const beingChanged = {
  th: 'มีโปรเซสอื่นกำลังเปลี่ยนกุญแจลงลายเซ็นอยู่ รอสักครู่แล้วสั่งใหม่',
  en: 'Another process is changing the signing keys just now. Wait a moment and ask again.',
};
const onlyRead = {
  th: 'เขียนในโฟลเดอร์กุญแจไม่ได้ ให้เปลี่ยนกุญแจในที่ที่กุญแจมาจาก (เช่น Secret ของ Kubernetes)',
  en: 'The folder of keys cannot be written. Change them where they come from (a Secret of Kubernetes, for example).',
};
