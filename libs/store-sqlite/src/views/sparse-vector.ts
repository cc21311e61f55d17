import { invariant } from '@faemban/event-sourcing';

/** The largest amount, either way, that its signed form keeps exactly. */
const amountMax = 2 ** 52;
/** Of one measure: at most 5 bytes of distance and 8 of amount. */
const entryBytesMax = 13;

/**
 * Writes vectors of whole numbers as bytes: for every measure that is not 0 the distance from the one before it, then the amount
 * with its sign in the lowest bit, both in groups of 7 bits. Most entries of a tally take two bytes.
 */
export class VectorWriter {
  private readonly bytes: Buffer;
  private length = 0;

  constructor(measureCount: number) {
    this.bytes = Buffer.allocUnsafe(measureCount * entryBytesMax);
  }

  /** The bytes, valid until the next call; empty when everything is 0. @throws Error (invariant) where an amount is not whole or beyond 2⁵² */
  write(vector: Float64Array): Buffer {
    this.length = 0;
    let next = 0;
    for (let measure = 0; measure < vector.length; measure += 1) {
      const amount = vector[measure] ?? 0;
      if (amount === 0) continue;
      invariant(
        Number.isInteger(amount) && Math.abs(amount) <= amountMax,
        'a tally counts in whole numbers up to 2^52',
      );
      this.put(measure - next);
      this.put(amount > 0 ? amount * 2 : -amount * 2 - 1);
      next = measure + 1;
    }
    return this.bytes.subarray(0, this.length);
  }

  private put(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.bytes[this.length] = (rest % 128) + 128;
      this.length += 1;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.length] = rest;
    this.length += 1;
  }
}

/** Adds a written vector to `sums`. */
export function addVector(bytes: Uint8Array, sums: Float64Array): void {
  let measure = 0;
  let place = 0;
  const end = bytes.length;
  const take = (): number => {
    let value = 0;
    let unit = 1;
    for (;;) {
      const byte = bytes[place] as number;
      place += 1;
      if (byte < 128) return value + byte * unit;
      value += (byte - 128) * unit;
      unit *= 128;
    }
  };
  while (place < end) {
    measure += take();
    const signed = take();
    const amount = signed % 2 === 0 ? signed / 2 : -(signed + 1) / 2;
    sums[measure] = (sums[measure] as number) + amount;
    measure += 1;
  }
}
