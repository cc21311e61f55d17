import type { ContextName } from '@faemban/contracts';
import { contentHashOf, type ContentFields } from './hashing';
import { inclusionPath, isIncluded } from './merkle';
import { leafHashOf, sealKind, type Seal } from './seals';
import { documentFault, type SignedDocument, type VerifierKey } from './signing';

/**
 * One event with everything that shows it was recorded: the fields its content hash is made of, its body as it is stored, the audit path
 * (hexadecimal, from the leaf upwards) and the seal whose root the path leads to. Checked without the rest of the log.
 */
export interface InclusionProof {
  readonly event: ContentFields & {
    readonly partition: number;
    readonly seq: number;
    readonly recordedAt: string;
    readonly contentHash: string;
  };
  readonly body: string;
  readonly path: readonly string[];
  readonly seal: SignedDocument<Seal>;
}

/** Makes the proof of one event. `leaves` are the leaf hashes of its partition, at least up to the size the seal fixed. */
export function makeInclusionProof(
  event: InclusionProof['event'],
  body: string,
  leaves: readonly Buffer[],
  seal: SignedDocument<Seal>,
): InclusionProof {
  const sealed = seal.document.partitions.find(({ partition }) => partition === event.partition);
  if (sealed === undefined || sealed.size < event.seq) throw new RangeError('The seal does not cover this event.');
  const path = inclusionPath(leaves.slice(0, sealed.size), event.seq - 1);
  return { event, body, path: path.map((hash) => hash.toString('hex')), seal };
}

/** Why a proof proves nothing; undefined when it holds. */
export type ProofFault = 'event-altered' | 'not-in-sealed-log' | 'seal-signature' | 'seal-key' | 'wrong-context';

/** Checks a proof by itself. `trusted` are the installation's keys, known from elsewhere. */
export function proofFault(proof: InclusionProof, trusted: readonly VerifierKey[]): ProofFault | undefined {
  const { event, body, path, seal } = proof;
  if (contentHashOf(event, body) !== event.contentHash) return 'event-altered';
  const signature = seal.kind === sealKind ? documentFault(seal, trusted) : 'malformed';
  if (signature === 'key-unknown') return 'seal-key';
  if (signature !== undefined) return 'seal-signature';
  if (seal.document.context !== (event.context as ContextName)) return 'wrong-context';
  const sealed = seal.document.partitions.find(({ partition }) => partition === event.partition);
  if (sealed === undefined) return 'not-in-sealed-log';
  const hashes = path.map((hash) => Buffer.from(hash, 'hex'));
  const isIn = isIncluded(leafHashOf(event), event.seq - 1, sealed.size, hashes, Buffer.from(sealed.root, 'hex'));
  return isIn ? undefined : 'not-in-sealed-log';
}
