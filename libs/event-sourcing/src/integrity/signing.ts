import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { canonicalJson } from './canonical-json';

/** What stands before the 32 bytes of an Ed25519 public key in DER, and before a private key's seed. RFC 8410. */
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
/** The algorithm byte of Ed25519 in a verifier key. C2SP signed-note. */
const ed25519Byte = 0x01;

/** A key that others check signatures with. `publicKey` is base64 of 32 bytes; `keyId` as in C2SP signed-note, 8 hex digits. */
export interface VerifierKey {
  readonly name: string;
  readonly keyId: string;
  readonly publicKey: string;
}

/** A key pair as it is kept: `seed` is base64 of the 32 secret bytes. */
export interface SigningKey extends VerifierKey {
  readonly seed: string;
  readonly createdAt: string;
}

/** Signs with one key, and knows every key that was ever used. */
export interface Signer {
  readonly key: VerifierKey;
  /** All keys, the oldest first; the last one signs. */
  readonly keys: readonly VerifierKey[];
  /** What announced the later keys, each signed with the one before it. */
  readonly changes: readonly SignedDocument<KeyChange>[];
  /** Ed25519 over these bytes, 64 bytes, and the key that it was made with. */
  sign(bytes: Uint8Array): { readonly key: VerifierKey; readonly value: Uint8Array };
  /** Whether a new key could be kept just now; it cannot where the keys are only read, as from a secret that others write. */
  readonly canRotate: boolean;
  /**
   * Makes a new key, which signs from now on, and announces it under the signature of the old one.
   * @throws what the keeper throws where it cannot be kept; then the old one signs on
   */
  rotate(changedAt: string): SignedDocument<KeyChange>;
}

/** What kind of document hands over from one key to the next. */
export const keyChangeKind = 'key-change';

/** A new key, announced under the signature of the old one. */
export interface KeyChange {
  readonly newKey: VerifierKey;
  readonly changedAt: string;
}

/** What a signer is kept by: its key pairs, the oldest first, and the announcements of the later ones. */
export interface SigningKeyring {
  readonly keys: readonly SigningKey[];
  readonly changes: readonly SignedDocument<KeyChange>[];
}

/** Where a keyring is kept, by one process or by several. */
export interface KeyringKeeper {
  /** Keeps a keyring. @throws Error where it cannot be kept */
  save(keyring: SigningKeyring): void;
  /** The keyring where it was changed since it was last read or saved here; undefined where it was not. @throws Error where it cannot be read */
  changed(): SigningKeyring | undefined;
  /** Does something during which nobody else changes what is kept. @throws Error where somebody else is doing so */
  alone<Result>(work: () => Result): Result;
  /** Whether one could be kept just now. */
  isWritable(): boolean;
}

const inMemory: KeyringKeeper = {
  save: () => undefined,
  changed: () => undefined,
  alone: (work) => work(),
  isWritable: () => true,
};

/** What stands under a signed document. `value` is base64. */
export interface Signature {
  readonly algorithm: 'Ed25519';
  readonly name: string;
  readonly keyId: string;
  readonly publicKey: string;
  readonly value: string;
}

/** A document with its signature: over the line `faemban <kind>`, a line feed, and the document's canonical JSON. */
export interface SignedDocument<Document = unknown> {
  readonly kind: string;
  readonly document: Document;
  readonly signature: Signature;
}

/** Makes a key pair for an origin, e.g. `faemban.example/84`. */
export function createSigningKey(name: string, createdAt: string): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(privatePrefix.length);
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(publicPrefix.length);
  return {
    name,
    keyId: keyIdOf(name, raw),
    publicKey: raw.toString('base64'),
    seed: seed.toString('base64'),
    createdAt,
  };
}

/**
 * Signs with the last of the keys. What others have kept since is read again before anything is signed or told, and before a new key is
 * made: of several processes with one keyring none signs with a key that was replaced, and none writes over a key that another made.
 * @throws TypeError where there is no key
 */
export function createSigner(keyring: SigningKeyring, keeper: Partial<KeyringKeeper> = {}): Signer {
  const { save, changed, alone, isWritable } = { ...inMemory, ...keeper };
  let { keys, changes } = keyring;
  let privateKey = privateKeyOf(keys.at(-1));
  const take = (next: SigningKeyring): void => {
    privateKey = privateKeyOf(next.keys.at(-1));
    ({ keys, changes } = next);
  };
  const takeChanged = (): void => {
    const newer = changed();
    if (newer !== undefined) take(newer);
  };
  const refresh = (): void => {
    try {
      takeChanged();
    } catch {
      // What cannot be read just now is no reason not to sign: the key that is known was announced, and is read again the next time.
    }
  };
  const verifiers = (): readonly VerifierKey[] =>
    keys.map(({ name, keyId, publicKey }) => ({ name, keyId, publicKey }));
  const signer: Signer = {
    get key() {
      return signer.keys.at(-1) as VerifierKey;
    },
    get keys() {
      refresh();
      return verifiers();
    },
    get changes() {
      refresh();
      return changes;
    },
    get canRotate() {
      return isWritable();
    },
    sign: (bytes) => {
      refresh();
      return { key: verifiers().at(-1) as VerifierKey, value: sign(null, bytes, privateKey) };
    },
    rotate: (changedAt) =>
      alone(() => {
        takeChanged();
        const { seed, createdAt, ...newKey } = createSigningKey(signer.key.name, changedAt);
        const change = signDocument<KeyChange>(signer, keyChangeKind, { newKey, changedAt });
        const next = { keys: [...keys, { ...newKey, seed, createdAt }], changes: [...changes, change] };
        save(next);
        take(next);
        return change;
      }),
  };
  return signer;
}

/** The keys that may be believed, beginning with one that is: each later one was announced under a believed key's signature. */
export function keysFollowing(
  first: VerifierKey,
  changes: readonly SignedDocument<KeyChange>[],
): readonly VerifierKey[] {
  const known = [first];
  for (const change of changes) {
    const isBelieved = change.kind === keyChangeKind && documentFault(change, known) === undefined;
    if (isBelieved) known.push(change.document.newKey);
  }
  return known;
}

function privateKeyOf(key: SigningKey | undefined): KeyObject {
  if (key === undefined) throw new TypeError('A signer needs a key.');
  const der = Buffer.concat([privatePrefix, Buffer.from(key.seed, 'base64')]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** Whether these bytes were signed with the key. */
export function isSignedBy(key: Pick<VerifierKey, 'publicKey'>, bytes: Uint8Array, signature: Uint8Array): boolean {
  return verify(null, bytes, publicKeyOf(key), signature);
}

/** Signs a document. `kind` keeps a signature of one kind of document from being shown under another. */
export function signDocument<Document>(signer: Signer, kind: string, document: Document): SignedDocument<Document> {
  const { key, value } = signer.sign(bytesOf(kind, document));
  return { kind, document, signature: { algorithm: 'Ed25519', ...key, value: Buffer.from(value).toString('base64') } };
}

/**
 * Why a signed document is not to be believed; undefined when it is. `trusted` are the keys the reader knows from elsewhere: a document
 * that carries its own key proves only that nobody altered it since that key signed.
 */
export function documentFault(
  signed: SignedDocument,
  trusted: readonly Pick<VerifierKey, 'publicKey'>[],
): 'signature-wrong' | 'key-unknown' | 'malformed' | undefined {
  const { kind, document, signature } = signed;
  if (typeof kind !== 'string' || typeof signature?.value !== 'string' || signature.algorithm !== 'Ed25519') {
    return 'malformed';
  }
  try {
    const isGood = isSignedBy(signature, bytesOf(kind, document), Buffer.from(signature.value, 'base64'));
    if (!isGood) return 'signature-wrong';
  } catch {
    return 'malformed';
  }
  return trusted.some(({ publicKey }) => publicKey === signature.publicKey) ? undefined : 'key-unknown';
}

/** The key as one line, as C2SP signed-note verifiers take it: `<name>+<key id>+<base64 of algorithm and key>`. */
export function verifierKeyLine({ name, keyId, publicKey }: VerifierKey): string {
  const bytes = Buffer.concat([Buffer.from([ed25519Byte]), Buffer.from(publicKey, 'base64')]);
  return `${name}+${keyId}+${bytes.toString('base64')}`;
}

/** Reads such a line. @throws TypeError where it is none, or its key id is not that of its key */
export function readVerifierKeyLine(line: string): VerifierKey {
  const [, name, keyId, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(line.trim()) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  const raw = bytes.subarray(1);
  const isOne = name !== undefined && bytes[0] === ed25519Byte && raw.length === 32 && keyIdOf(name, raw) === keyId;
  if (!isOne || name === undefined || keyId === undefined) throw new TypeError('This line is no Ed25519 verifier key.');
  return { name, keyId, publicKey: raw.toString('base64') };
}

/** The first 4 bytes of SHA-256 over name, line feed, algorithm byte and key. C2SP signed-note. */
function keyIdOf(name: string, raw: Uint8Array): string {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.from([ed25519Byte]))
    .update(raw)
    .digest('hex')
    .slice(0, 8);
}

function publicKeyOf({ publicKey }: Pick<VerifierKey, 'publicKey'>): KeyObject {
  const der = Buffer.concat([publicPrefix, Buffer.from(publicKey, 'base64')]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

function bytesOf(kind: string, document: unknown): Uint8Array {
  return Buffer.from(`faemban ${kind}\n${canonicalJson(document)}`, 'utf8');
}
