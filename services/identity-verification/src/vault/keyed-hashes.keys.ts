import { hash } from 'node:crypto';

/** Length of a keyed hash, in base64url characters: 132 bits, about half of SHA-256, so that it cannot be extended. */
export const keyedHashCharacters = 22;

/** Keyed hashes by which the vault recognises people without keeping their numbers or names in the clear. */
export interface KeyedHashes {
  /** Of a normalised identity number: the same in every household. */
  ofNumber(number: string): string;
  /** Of a name key: to tell whether two holders of one number have one name. */
  ofName(nameKey: string): string;
  /** Of a person without a number: his household, name key, day of birth, and which of several alike he is. */
  ofUnnumbered(householdId: string, nameKey: string, bornOn: string, ordinal: number): string;
}

/**
 * Makes keyed hashes: SHA-256 over key and text, cut to 132 bits. The key has a fixed length and the output is cut, so this is a sound
 * keyed hash, and a fifth of the cost of an HMAC object per row. Different uses have different prefixes.
 */
export function createKeyedHashes(key: Buffer): KeyedHashes {
  const prefix = key.toString('hex');
  const of = (text: string): string => hash('sha256', `${prefix}${text}`, 'base64url').slice(0, keyedHashCharacters);
  return {
    ofNumber: (number) => of(`number\n${number}`),
    ofName: (nameKey) => of(`name\n${nameKey}`),
    ofUnnumbered: (householdId, nameKey, bornOn, ordinal) =>
      of(`unnumbered\n${householdId}\n${nameKey}\n${bornOn}\n${ordinal}`),
  };
}
