const shards = 64;
const slotsAtFirst = 256;
const fullness = 0.6;
const digitsOfANumber = 13;

/**
 * Remembers for each identity number the household that brought it first. A province's numbers of 13 digits take 20 bytes each; anything
 * else, which is rare, is kept as text. It grows a shard at a time, so that no entry waits for a million others to be moved.
 */
export class NumberHolders {
  private readonly keys = Array.from({ length: shards }, () => new Float64Array(slotsAtFirst));
  private readonly values = Array.from({ length: shards }, () => new Int32Array(slotsAtFirst));
  private readonly sizes = new Int32Array(shards);
  private readonly others = new Map<string, number>();

  /** The value kept for a number; the first time, `value` is kept and answered. */
  firstOf(number: string, value: number): number {
    if (number.length !== digitsOfANumber || number.charCodeAt(0) > 0x39) return this.firstOfOthers(number, value);
    // Zero marks a free slot, and 0000000000000 is no number anybody has.
    const key = Number(number);
    const shard = Math.floor(key / 10) % shards;
    if ((this.sizes[shard] as number) >= fullness * (this.keys[shard] as Float64Array).length) this.grow(shard);
    const keys = this.keys[shard] as Float64Array;
    const slot = slotOf(keys, key);
    const values = this.values[shard] as Int32Array;
    if (keys[slot] === 0) {
      keys[slot] = key;
      values[slot] = value;
      this.sizes[shard] = (this.sizes[shard] as number) + 1;
    }
    return values[slot] as number;
  }

  private firstOfOthers(number: string, value: number): number {
    const known = this.others.get(number);
    if (known !== undefined) return known;
    this.others.set(Buffer.from(number, 'latin1').toString('latin1'), value);
    return value;
  }

  private grow(shard: number): void {
    const keys = this.keys[shard] as Float64Array;
    const values = this.values[shard] as Int32Array;
    const largerKeys = new Float64Array(keys.length * 2);
    const largerValues = new Int32Array(keys.length * 2);
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index] as number;
      if (key === 0) continue;
      const slot = slotOf(largerKeys, key);
      largerKeys[slot] = key;
      largerValues[slot] = values[index] as number;
    }
    this.keys[shard] = largerKeys;
    this.values[shard] = largerValues;
  }
}

/** The slot of a key, or the free one where it belongs. The number of slots is a power of two. */
function slotOf(keys: Float64Array, key: number): number {
  const mask = keys.length - 1;
  let slot = (Math.imul(key % 0x7fffffff, 0x9e3779b1) >>> 8) & mask;
  while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & mask;
  return slot;
}
