const shards = 64;

/** A map that grows a shard at a time, so that no insertion pauses to move a million entries. */
export class ShardedMap<Key extends string | number, Value> {
  private readonly maps = Array.from({ length: shards }, () => new Map<Key, Value>());
  private entries = 0;

  get size(): number {
    return this.entries;
  }

  get(key: Key): Value | undefined {
    return this.shardOf(key).get(key);
  }

  set(key: Key, value: Value): void {
    const map = this.shardOf(key);
    const before = map.size;
    map.set(key, value);
    this.entries += map.size - before;
  }

  private shardOf(key: Key): Map<Key, Value> {
    return this.maps[shardNumber(key)] as Map<Key, Value>;
  }
}

function shardNumber(key: string | number): number {
  if (typeof key === 'number') return Math.floor(key / 10) % shards;
  let sum = 0;
  for (let index = Math.max(0, key.length - 6); index < key.length; index += 1) sum = sum * 31 + key.charCodeAt(index);
  return sum % shards;
}
