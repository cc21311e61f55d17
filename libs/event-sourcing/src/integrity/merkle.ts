import { hash } from 'node:crypto';

/** Hashes are 32 bytes of SHA-256. Leaves and inner nodes are told apart by their first byte. RFC 6962 §2.1. */
const hashBytes = 32;
const leafPrefix = 0x00;
const nodePrefix = 0x01;
/** What an inner node is hashed from, used again for every one: making it anew took most of the time. */
const nodeBytes = Buffer.alloc(1 + 2 * hashBytes, nodePrefix);

/** The root of a tree without leaves: SHA-256 of nothing. */
export const emptyRoot: Buffer = hash('sha256', '', 'buffer');

/** SHA-256(0x00 ‖ data); a text is hashed as UTF-8. */
export function leafHash(data: Uint8Array | string): Buffer {
  if (typeof data === 'string') return hash('sha256', `\0${data}`, 'buffer');
  return hash('sha256', Buffer.concat([Buffer.of(leafPrefix), data]), 'buffer');
}

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeBytes.set(left, 1);
  nodeBytes.set(right, 1 + hashBytes);
  return hash('sha256', nodeBytes, 'buffer');
}

/** A tree that only grows: keeps the roots of its complete subtrees, largest first, so that a leaf costs about one hash. */
export class MerkleFrontier {
  private constructor(
    private count: number,
    private readonly peaks: Buffer[],
  ) {}

  /** An empty tree. */
  static empty(): MerkleFrontier {
    return new MerkleFrontier(0, []);
  }

  /** A tree as `state` gave it. @throws RangeError where there are not as many peaks as `size` has ones in binary */
  static of({ size, peaks }: FrontierState): MerkleFrontier {
    const ones = size.toString(2).replaceAll('0', '').length;
    if (!Number.isSafeInteger(size) || peaks.length !== ones) throw new RangeError('This is no frontier of a tree.');
    return new MerkleFrontier(
      size,
      peaks.map((peak) => Buffer.from(peak, 'hex')),
    );
  }

  /** Leaves so far. */
  get size(): number {
    return this.count;
  }

  /** Adds a leaf by its hash. */
  add(leaf: Buffer): void {
    let hash = leaf;
    for (let rest = this.count; rest % 2 === 1; rest = Math.floor(rest / 2))
      hash = nodeHash(this.peaks.pop() as Buffer, hash);
    this.peaks.push(hash);
    this.count += 1;
  }

  root(): Buffer {
    return (
      this.peaks.reduceRight<Buffer | undefined>((right, left) => (right ? nodeHash(left, right) : left), undefined) ??
      emptyRoot
    );
  }

  state(): FrontierState {
    return { size: this.count, peaks: this.peaks.map((peak) => peak.toString('hex')) };
  }
}

/** A frontier as JSON: hashes in hexadecimal. */
export interface FrontierState {
  readonly size: number;
  readonly peaks: readonly string[];
}

/** The root over leaf hashes. RFC 6962 §2.1. */
export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return emptyRoot;
  const [only] = leaves;
  if (leaves.length === 1) return only as Buffer;
  const split = splitOf(leaves.length);
  return nodeHash(merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split)));
}

/** The hashes by which a leaf proves that it is in the tree, from the leaf upwards. RFC 6962 §2.1.1. */
export function inclusionPath(leaves: readonly Buffer[], index: number): readonly Buffer[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) throw new RangeError('There is no such leaf.');
  if (leaves.length === 1) return [];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...inclusionPath(left, index), merkleRoot(right)]
    : [...inclusionPath(right, index - split), merkleRoot(left)];
}

/** Whether the path leads from the leaf at `index` of a tree of `size` leaves to its root. RFC 9162 §2.1.3.2. */
export function isIncluded(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return false;
  let [node, last] = [index, size - 1];
  let hash: Uint8Array = leaf;
  for (const beside of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(beside, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, beside);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && Buffer.compare(hash, root) === 0;
}

/** The hashes by which a tree proves that its first `before` leaves are those of an earlier one. RFC 6962 §2.1.2. */
export function consistencyPath(leaves: readonly Buffer[], before: number): readonly Buffer[] {
  if (!Number.isInteger(before) || before <= 0 || before > leaves.length)
    throw new RangeError('There is no such tree.');
  return subProof(leaves, before, true);
}

/** Whether the path shows that the tree with root `now` begins with the one with root `then`. RFC 9162 §2.1.4.2. */
export function isConsistent(
  before: number,
  size: number,
  then: Uint8Array,
  now: Uint8Array,
  path: readonly Uint8Array[],
): boolean {
  if (before <= 0 || before > size) return false;
  if (before === size) return path.length === 0 && Buffer.compare(then, now) === 0;
  const isPowerOfTwo = (before & (before - 1)) === 0 && before < 2 ** 31;
  const hashes = isPowerOfTwo ? [then, ...path] : [...path];
  let [node, last] = [before - 1, size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  const first = hashes.shift();
  if (first === undefined) return false;
  let [old, current] = [first, first];
  for (const beside of hashes) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      old = nodeHash(beside, old);
      current = nodeHash(beside, current);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      current = nodeHash(current, beside);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && Buffer.compare(old, then) === 0 && Buffer.compare(current, now) === 0;
}

function subProof(leaves: readonly Buffer[], before: number, isWhole: boolean): readonly Buffer[] {
  if (before === leaves.length) return isWhole ? [] : [merkleRoot(leaves)];
  const split = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return before <= split
    ? [...subProof(left, before, isWhole), merkleRoot(right)]
    : [...subProof(right, before - split, false), merkleRoot(left)];
}

/** The largest power of two below n. */
function splitOf(n: number): number {
  let split = 1;
  while (split * 2 < n) split *= 2;
  return split;
}

const half = (n: number): number => Math.floor(n / 2);
