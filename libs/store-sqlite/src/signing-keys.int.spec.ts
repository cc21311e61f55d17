import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentFault, keysFollowing, signDocument, type Signer, type SigningKeyring } from '@faemban/event-sourcing';
import { lockDataFolder } from './data-folder-lock';
import { SqliteRefused } from './failures';
import { openSigningKeys } from './signing-keys';

const made = { name: 'faemban.test', createdAt: '2026-01-01T00:00:00.000Z' };
const at = '2026-02-01T00:00:00.000Z';
/** Somebody who may write nothing here, also where this runs as root. */
const nobody = 65_534;
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faemban-keys-'));
  file = join(folder, 'signing-keys.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const kept = (): SigningKeyring => JSON.parse(readFileSync(file, 'utf8')) as SigningKeyring;
const keyOf = (signer: Signer): string => signDocument(signer, 'test', {}).signature.keyId;

describe('one file of keys, opened more than once', () => {
  test('a key that one made signs for the other, and is not lost when that one makes another', () => {
    const [one, other] = [openSigningKeys(file, made), openSigningKeys(file, made)];
    const [first] = one.keys;
    one.rotate(at);
    expect(keyOf(other)).toBe(one.key.keyId);
    other.rotate(at);
    expect(kept().keys).toHaveLength(3);
    expect(one.keys).toEqual(other.keys);
    if (first === undefined) throw new Error('there is a first key');
    expect(keysFollowing(first, one.changes)).toEqual(one.keys);
    expect(documentFault(signDocument(one, 'test', {}), other.keys)).toBeUndefined();
  });

  test('a file that was replaced as a whole, as a secret is, is read again', () => {
    const signer = openSigningKeys(file, made);
    const elsewhere = join(folder, 'elsewhere.json');
    writeFileSync(elsewhere, readFileSync(file));
    const change = openSigningKeys(elsewhere, made).rotate(at);
    rmSync(file);
    writeFileSync(file, readFileSync(elsewhere));
    expect(keyOf(signer)).toBe(change.document.newKey.keyId);
  });

  test('a file that cannot be read just now is signed without, and not written over', () => {
    const signer = openSigningKeys(file, made);
    const before = keyOf(signer);
    writeFileSync(file, '{"keys":[');
    expect(keyOf(signer)).toBe(before);
    expect(() => signer.rotate(at)).toThrow(SqliteRefused);
    expect(readFileSync(file, 'utf8')).toBe('{"keys":[');
    rmSync(file);
    expect(keyOf(signer)).toBe(before);
  });

  test('two do not change it at once', () => {
    const signer = openSigningKeys(file, made);
    const lock = lockDataFolder(folder);
    expect(() => signer.rotate(at)).toThrow(/Another process is changing the signing keys/);
    lock.release();
    signer.rotate(at);
    expect(kept().keys).toHaveLength(2);
  });
});

test('whether a new key can be made is known before', () => {
  expect(openSigningKeys(file, made).canRotate).toBe(true);
  chmodSync(file, 0o444);
  chmodSync(folder, 0o555);
  const script = `const { openSigningKeys } = require(${JSON.stringify(join(__dirname, '../dist/signing-keys.js'))});
    const signer = openSigningKeys(${JSON.stringify(file)}, ${JSON.stringify(made)});
    process.stdout.write(JSON.stringify([signer.canRotate, signer.keys.length]));`;
  const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { ...user, encoding: 'utf8' });
  chmodSync(folder, 0o700);
  expect([stdout, stderr]).toEqual(['[false,1]', '']);
});
