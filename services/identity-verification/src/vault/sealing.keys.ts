import { createCipheriv, createDecipheriv, createSecretKey, hash, type KeyObject } from 'node:crypto';
import type { VaultAddress, VaultMember } from '@faemban/contracts';

/** Length of a person's secret and of every key here, in bytes. */
export const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const algorithm = 'aes-256-gcm';

/** What the vault holds of a person in sealed form. */
export interface PersonalData extends Pick<
  VaultMember,
  'title' | 'firstName' | 'lastName' | 'number' | 'bornOn' | 'bornPrecision'
> {
  readonly address: VaultAddress;
}

/** Seals and opens personal data, each person's under a key of his own. */
export interface Sealing {
  /** AES-256-GCM; `nonce` must be new for this person. The person's id is authenticated with it, so entries cannot be swapped. */
  seal(personId: string, secret: Buffer, nonce: Buffer, data: PersonalData): Buffer;
  /** @throws Error when the entry was altered, or is of another person or key */
  open(personId: string, secret: Buffer, sealed: Buffer): PersonalData;
}

/** Length of a nonce, in bytes. */
export const sealNonceBytes = nonceBytes;

/**
 * A person's key comes of his own random secret and the master key, both of fixed length: without the secret, which erasure destroys,
 * or without the master key, which is no part of any database, nothing can be opened.
 *
 * A `KeyObject` is made first because `createCipheriv` with raw bytes costs three times as much (measured: 40 µs against 12 µs).
 */
export function createSealing(masterKey: Buffer): Sealing {
  const keyed = Buffer.concat([masterKey], 2 * keyBytes);
  const keyOf = (secret: Buffer): KeyObject => {
    secret.copy(keyed, keyBytes);
    return createSecretKey(hash('sha256', keyed, 'buffer'));
  };
  return {
    seal(personId, secret, nonce, data) {
      const cipher = createCipheriv(algorithm, keyOf(secret), nonce).setAAD(Buffer.from(personId, 'latin1'));
      const body = cipher.update(compact(data), 'utf8');
      cipher.final();
      return Buffer.concat([nonce, body, cipher.getAuthTag()]);
    },
    open(personId, secret, sealed) {
      const nonce = sealed.subarray(0, nonceBytes);
      const decipher = createDecipheriv(algorithm, keyOf(secret), nonce, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(personId, 'latin1')).setAuthTag(sealed.subarray(sealed.length - tagBytes));
      const body = decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes), undefined, 'utf8');
      return expanded(body + decipher.final('utf8'));
    },
  };
}

type Compact = readonly [
  ...[title: string, firstName: string, lastName: string, number: string],
  ...[bornOn: string | null, bornPrecision: PersonalData['bornPrecision']],
  ...[houseCode: string, houseNo: string, moo: string, soi: string, road: string],
];

function compact({ title, firstName, lastName, number, bornOn, bornPrecision, address }: PersonalData): string {
  const { houseCode, houseNo, moo, soi, road } = address;
  // prettier-ignore
  const values: Compact = [title, firstName, lastName, number, bornOn, bornPrecision, houseCode, houseNo, moo, soi, road];
  return JSON.stringify(values);
}

function expanded(text: string): PersonalData {
  const [title, firstName, lastName, number, bornOn, bornPrecision, houseCode, houseNo, moo, soi, road] = JSON.parse(
    text,
  ) as Compact;
  return { title, firstName, lastName, number, bornOn, bornPrecision, address: { houseCode, houseNo, moo, soi, road } };
}
