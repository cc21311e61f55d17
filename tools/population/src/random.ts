/** A repeatable source of chance: the same seed gives the same numbers on every machine. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, bound). */
  int(bound: number): number;
  /** A whole number in [from, to]. */
  between(from: number, to: number): number;
  /** True in this share of calls. */
  chance(share: number): boolean;
  /** One of the items; throws where there is none. */
  pick<T>(items: ArrayLike<T>): T;
  /** The same array, in another order. */
  shuffle<T>(items: T[]): T[];
}

/** The generator sfc32, seeded by a text (FNV-1a over it, four times with different starts). */
export function randomOf(seed: string): Random {
  let a = hash(seed, 0x811c9dc5);
  let b = hash(seed, 0x9e3779b9);
  let c = hash(seed, 0x85ebca6b);
  let d = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 0x1_0000_0000;
  };
  for (let i = 0; i < 12; i += 1) next();
  const int = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    int,
    between: (from, to) => from + int(to - from + 1),
    chance: (share) => next() < share,
    pick: <T>(items: ArrayLike<T>) => {
      if (items.length === 0) throw new RangeError('there is nothing to pick from');
      return items[int(items.length)] as T;
    },
    shuffle: <T>(items: T[]) => {
      for (let i = items.length - 1; i > 0; i -= 1) {
        const j = int(i + 1);
        [items[i], items[j]] = [items[j] as T, items[i] as T];
      }
      return items;
    },
  };
}

function hash(text: string, start: number): number {
  let value = start;
  for (let i = 0; i < text.length; i += 1) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
    value ^= value >>> 15;
  }
  return value | 0;
}
