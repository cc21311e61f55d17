import { canonicalJson } from './canonical-json';
import {
  createSigner,
  createSigningKey,
  documentFault,
  isSignedBy,
  keysFollowing,
  readVerifierKeyLine,
  signDocument,
  verifierKeyLine,
  type SigningKeyring,
} from './signing';

const at = '2026-01-01T00:00:00.000Z';

describe('signing', () => {
  test('is Ed25519 as published (RFC 8032 §7.1, tests 1 and 2)', () => {
    const vectors = [
      {
        seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
        publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
        message: '',
        signature:
          'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      },
      {
        seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
        publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
        message: '72',
        signature:
          '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
      },
    ];
    for (const { seed, publicKey, message, signature } of vectors) {
      const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
      const key = {
        name: 'vector',
        keyId: '00000000',
        publicKey: base64(publicKey),
        seed: base64(seed),
        createdAt: at,
      };
      const bytes = Buffer.from(message, 'hex');
      expect(Buffer.from(createSigner({ keys: [key], changes: [] }).sign(bytes).value).toString('hex')).toBe(signature);
      expect(isSignedBy(key, bytes, Buffer.from(signature, 'hex'))).toBe(true);
    }
  });

  test('takes equal values for equal, whatever the order of their members', () => {
    expect(canonicalJson({ b: [1, { d: 'ก', c: null }], a: undefined })).toBe('{"b":[1,{"c":null,"d":"ก"}]}');
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(TypeError);
  });

  test('a document is believed with its own kind, content and a trusted key, and not otherwise', () => {
    const signer = createSigner({ keys: [createSigningKey('faemban.test', at)], changes: [] });
    const other = createSigner({ keys: [createSigningKey('faemban.test', at)], changes: [] });
    const signed = signDocument(signer, 'rebuild-report', { verdict: 'equal' });
    expect(documentFault(signed, signer.keys)).toBeUndefined();
    expect(documentFault(signed, other.keys)).toBe('key-unknown');
    expect(documentFault({ ...signed, kind: 'log-seal' }, signer.keys)).toBe('signature-wrong');
    expect(documentFault({ ...signed, document: { verdict: 'different' } }, signer.keys)).toBe('signature-wrong');
    expect(documentFault({ ...signed, signature: { ...signed.signature, publicKey: 'x' } }, signer.keys)).toBe(
      'malformed',
    );
  });

  test('a new key is announced by the old one, and believed through it', () => {
    const kept: SigningKeyring[] = [];
    const save = (ring: SigningKeyring): void => void kept.push(ring);
    const signer = createSigner({ keys: [createSigningKey('faemban.test', at)], changes: [] }, { save });
    const [first] = signer.keys;
    signer.rotate(at);
    signer.rotate(at);
    expect(kept.map(({ keys }) => keys.length)).toEqual([2, 3]);
    if (first === undefined) throw new Error('there is a first key');
    expect(keysFollowing(first, signer.changes)).toEqual(signer.keys);
    expect(keysFollowing(first, [...signer.changes].reverse())).toHaveLength(2);
    const stranger = createSigner({ keys: [createSigningKey('faemban.test', at)], changes: [] });
    stranger.rotate(at);
    expect(keysFollowing(first, stranger.changes)).toEqual([first]);
  });

  test('what another process kept since signs from then on, and is not written over', () => {
    let kept: SigningKeyring = { keys: [createSigningKey('faemban.test', at)], changes: [] };
    const opened = () => {
      let read = kept;
      const save = (ring: SigningKeyring): void => void (kept = read = ring);
      const changed = () => (read === kept ? undefined : (read = kept));
      return createSigner(kept, { save, changed });
    };
    const [one, other] = [opened(), opened()];
    one.rotate(at);
    const signed = signDocument(other, 'certificate', { verdict: 'equal' });
    expect(signed.signature.keyId).toBe(one.key.keyId);
    expect(documentFault(signed, one.keys)).toBeUndefined();
    other.rotate(at);
    expect(kept.keys).toHaveLength(3);
    expect(one.keys).toEqual(other.keys);
    expect(one.changes.map(({ document }) => document.newKey)).toEqual(one.keys.slice(1));
  });

  test('what cannot be read just now is signed with the key that is known, and not replaced', () => {
    const changed = (): undefined => {
      throw new Error('not readable');
    };
    const signer = createSigner({ keys: [createSigningKey('faemban.test', at)], changes: [] }, { changed });
    expect(documentFault(signDocument(signer, 'certificate', {}), signer.keys)).toBeUndefined();
    expect(() => signer.rotate(at)).toThrow('not readable');
    expect(signer.keys).toHaveLength(1);
  });

  test('a verifier key is one line, checked by its key id', () => {
    // The example key of golang.org/x/mod/sumdb/note.
    const line = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    const key = readVerifierKeyLine(line);
    expect(key).toMatchObject({ name: 'PeterNeumann', keyId: 'c74f20a3' });
    expect(verifierKeyLine(key)).toBe(line);
    expect(() => readVerifierKeyLine(line.replace('c74f', 'c74e'))).toThrow(TypeError);
  });
});
