import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readVaultKeys } from './key-file.keys';
import { createKeyedHashes, keyedHashCharacters } from './keyed-hashes.keys';
import { createSealing, keyBytes, type PersonalData, sealNonceBytes } from './sealing.keys';

const personId = '0198b2d0-7c02-7000-8000-000000000011';
const data: PersonalData = {
  ...{ title: 'นางสาว', firstName: 'น้ำฝน', lastName: 'ใจดี', number: '3840000000016' },
  ...{ bornOn: '1977-07-01', bornPrecision: 'year' },
  address: { houseCode: '84170000011', houseNo: '99/1', moo: '๕', soi: '', road: 'ถนนเก่า "สายใน"' },
};

describe('sealing a person', () => {
  const sealing = createSealing(randomBytes(keyBytes));
  const secret = randomBytes(keyBytes);
  const sealed = sealing.seal(personId, secret, randomBytes(sealNonceBytes), data);

  test('gives back what was sealed', () => expect(sealing.open(personId, secret, sealed)).toEqual(data));

  test('opens with no other secret, master key or person, and not when a bit was altered', () => {
    const altered = Buffer.from(sealed);
    altered[20] = (altered[20] ?? 0) ^ 1;
    expect(() => sealing.open(personId, randomBytes(keyBytes), sealed)).toThrow();
    expect(() => createSealing(randomBytes(keyBytes)).open(personId, secret, sealed)).toThrow();
    expect(() => sealing.open(personId.replace('11', '12'), secret, sealed)).toThrow();
    expect(() => sealing.open(personId, secret, altered)).toThrow();
  });
});

describe('keyed hashes', () => {
  const hashes = createKeyedHashes(randomBytes(keyBytes));

  test('differ by use and by key, and are the same for the same text', () => {
    expect(hashes.ofNumber('1')).toBe(hashes.ofNumber('1'));
    const all = [hashes.ofNumber('1'), hashes.ofName('1'), createKeyedHashes(randomBytes(keyBytes)).ofNumber('1')];
    expect(new Set(all).size).toBe(3);
    expect(all.every(({ length }) => length === keyedHashCharacters)).toBe(true);
  });
});

describe('the key file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'faemban-key-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('is made once, for its owner only, and gives the same keys every time', () => {
    const file = join(folder, 'keys', 'vault.key');
    const keys = readVaultKeys(file);
    expect(readVaultKeys(file)).toEqual(keys);
    expect(keys.sealing.equals(keys.matching)).toBe(false);
    expect({ mode: statSync(file).mode & 0o777, bytes: readFileSync(file).length }).toEqual({
      mode: 0o600,
      bytes: keyBytes,
    });
  });

  test('that is not whole is refused, never replaced', () => {
    const file = join(folder, 'vault.key');
    writeFileSync(file, 'short');
    expect(() => readVaultKeys(file)).toThrow(/Restore it from its backup/);
    expect(readFileSync(file, 'utf8')).toBe('short');
  });
});
