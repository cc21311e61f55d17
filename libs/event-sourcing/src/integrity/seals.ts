import { createHash } from 'node:crypto';
import type { ContextName } from '@faemban/contracts';
import { canonicalJson } from './canonical-json';
import { leafHash } from './merkle';
import { documentFault, signDocument, type SignedDocument, type Signer, type VerifierKey } from './signing';

/** What kind of document a seal is. */
export const sealKind = 'log-seal';
/** What the first seal of a context names as the one before it. */
export const noSeal = '0'.repeat(64);

/** One partition as a seal fixes it: `root` is the RFC 6962 root over its first `size` events, hexadecimal. */
export interface SealedPartition {
  readonly partition: number;
  readonly size: number;
  readonly root: string;
  readonly chainHash: string;
}

/** What a seal says: these events, in this order, were recorded when it was made. Partitions without events are left out. */
export interface Seal {
  readonly installation: string;
  readonly context: ContextName;
  /** 1, 2, 3, … within the context. */
  readonly number: number;
  readonly sealedAt: string;
  /** SHA-256 (hex) of the canonical JSON of the seal before, signature and all. */
  readonly previous: string;
  readonly eventsTotal: number;
  readonly partitions: readonly SealedPartition[];
}

/** The seals of one installation, kept apart from its events. */
export interface SealStore {
  /** The seals of a context, the oldest first. */
  seals(context: ContextName): Promise<readonly SignedDocument<Seal>[]>;
  append(seal: SignedDocument<Seal>): Promise<void>;
}

/** Where an event stands, as far as a tree's leaf needs it. */
export interface LeafFields {
  readonly partition: number;
  readonly seq: number;
  readonly recordedAt: string;
  readonly contentHash: string;
}

/** The bytes of an event's leaf: partition, seq, recordedAt and content hash, joined by line feeds. Leaf n stands for seq n + 1. */
export function leafOf({ partition, seq, recordedAt, contentHash }: LeafFields): string {
  return `${partition}\n${seq}\n${recordedAt}\n${contentHash}`;
}

/** The hash of an event's leaf. */
export function leafHashOf(fields: LeafFields): Buffer {
  return leafHash(leafOf(fields));
}

/** SHA-256 (hex) of a seal's canonical JSON, by which the next one names it. */
export function sealHash(seal: SignedDocument<Seal>): string {
  return createHash('sha256').update(canonicalJson(seal)).digest('hex');
}

/** Makes the seal behind the last one. */
export function makeSeal(
  signer: Signer,
  last: SignedDocument<Seal> | undefined,
  parts: Omit<Seal, 'number' | 'previous' | 'eventsTotal'>,
): SignedDocument<Seal> {
  const number = (last?.document.number ?? 0) + 1;
  const previous = last === undefined ? noSeal : sealHash(last);
  const eventsTotal = parts.partitions.reduce((sum, { size }) => sum + size, 0);
  return signDocument(signer, sealKind, { ...parts, number, previous, eventsTotal });
}

/** What is wrong with a row of seals: the number of the seal, and which promise it breaks. */
export interface SealFault {
  readonly context: ContextName;
  readonly number: number;
  readonly what: 'seal-signature' | 'seal-key' | 'seal-order' | 'seal-shrinks' | 'seal-foreign';
}

/**
 * The first seal of a context that cannot be believed: a wrong signature, an unknown key, one that does not follow on the one before, or
 * that takes events back. `trusted` are the keys known from elsewhere.
 */
export function faultInSeals(
  seals: readonly SignedDocument<Seal>[],
  expected: { readonly installation?: string; readonly context: ContextName; readonly trusted: readonly VerifierKey[] },
): SealFault | undefined {
  const { context, trusted, installation } = expected;
  let previous: SignedDocument<Seal> | undefined;
  for (const [index, seal] of seals.entries()) {
    const number = index + 1;
    const fault = (what: SealFault['what']): SealFault => ({ context, number, what });
    const signature = seal.kind === sealKind ? documentFault(seal, trusted) : 'malformed';
    if (signature === 'key-unknown') return fault('seal-key');
    if (signature !== undefined) return fault('seal-signature');
    const { document } = seal;
    const isOurs =
      document.context === context && (installation === undefined || document.installation === installation);
    if (!isOurs) return fault('seal-foreign');
    const follows =
      document.number === number && document.previous === (previous === undefined ? noSeal : sealHash(previous));
    if (!follows) return fault('seal-order');
    if (previous !== undefined && shrinks(previous.document, document)) return fault('seal-shrinks');
    previous = seal;
  }
  return undefined;
}

function shrinks(before: Seal, after: Seal): boolean {
  const sizes = new Map(after.partitions.map(({ partition, size }) => [partition, size]));
  return before.partitions.some(({ partition, size }) => (sizes.get(partition) ?? 0) < size);
}

/** The name of a partition's log in published checkpoints. */
export function originOf({ installation, context }: Pick<Seal, 'installation' | 'context'>, partition: number): string {
  return `faemban.${installation}/${context}/${partition}`;
}

/**
 * A sealed partition as others keep it: a C2SP tlog-checkpoint (origin, size, root in base64) inside a signed note with one signature
 * line, `— <key name> <base64 of key id and signature>`.
 */
export function checkpointNote(
  signer: Signer,
  seal: Pick<Seal, 'installation' | 'context'>,
  sealed: SealedPartition,
): string {
  const root = Buffer.from(sealed.root, 'hex').toString('base64');
  const text = `${originOf(seal, sealed.partition)}\n${sealed.size}\n${root}\n`;
  const { key, value } = signer.sign(Buffer.from(text));
  const signature = Buffer.concat([Buffer.from(key.keyId, 'hex'), value]);
  return `${text}\n\u2014 ${key.name} ${signature.toString('base64')}\n`;
}
