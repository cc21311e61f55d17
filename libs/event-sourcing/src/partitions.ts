import type { Append } from './ports';

/**
 * The partition of a key among `count`: FNV-1a (32 bit) over its UTF-8 bytes, mixed by murmur3's finaliser, modulo `count`. Part of the
 * stored format: another function would look for streams where they are not.
 */
export function partitionOfKey(key: string, count: number): number {
  let mixed = 0x811c9dc5;
  for (const byte of utf8(key)) {
    mixed ^= byte;
    mixed = Math.imul(mixed, 0x01000193);
  }
  mixed ^= mixed >>> 16;
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  mixed ^= mixed >>> 16;
  return (mixed >>> 0) % count;
}

/** The partition an append asks for: its household's, or that of its stream's own name. */
export function partitionOfAppend(append: Pick<Append, 'partitionOf' | 'stream'>, count: number): number {
  return partitionOfKey(append.partitionOf === 'self' ? append.stream : append.partitionOf, count);
}

function utf8(key: string): Uint8Array {
  return Buffer.from(key, 'utf8');
}
