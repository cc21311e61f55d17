import { invariant } from '@faemban/event-sourcing';

/** The largest amount, either way, that its signed form keeps exactly. */
const amountMax = 2 ** 52;
/** Of one measure: at most 5 bytes of distance and 8 of amount. */
const entryBytesMax = 13;
/** Room for the length that stands in front. */
const lengthBytesMax = 5;

/**
 * Writes vectors of whole numbers as bytes: the length of what follows, then for every measure that is not 0 the distance from the one
 * before it and the amount with its sign in the lowest bit; all in groups of 7 bits, the lowest first. Most entries of a tally take
 * two bytes. Vectors can stand one behind the other, since each says how long it is.
 */
export class VectorWriter {
  private readonly bytes: Buffer;
  private end = 0;

  constructor(measureCount: number) {
    this.bytes = Buffer.allocUnsafe(lengthBytesMax + measureCount * entryBytesMax);
  }

  /**
   * The bytes, valid until the next call; none when everything is 0.
   * @throws Error (invariant) where an amount is not whole or beyond 2⁵²
   */
  write(vector: Float64Array): Buffer {
    this.end = lengthBytesMax;
    let next = 0;
    for (let measure = 0; measure < vector.length; measure += 1) {
      const amount = vector[measure] as number;
      if (amount === 0) continue;
      invariant(
        Number.isInteger(amount) && Math.abs(amount) <= amountMax,
        'a tally counts in whole numbers up to 2^52',
      );
      this.put(measure - next);
      this.put(amount > 0 ? amount * 2 : -amount * 2 - 1);
      next = measure + 1;
    }
    return this.end === lengthBytesMax ? this.bytes.subarray(0, 0) : this.withLength();
  }

  /** Puts the length right in front of the entries. */
  private withLength(): Buffer {
    const { end } = this;
    const length = end - lengthBytesMax;
    const start = lengthBytesMax - (length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4);
    this.end = start;
    this.put(length);
    this.end = end;
    return this.bytes.subarray(start, end);
  }

  private put(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.bytes[this.end] = (rest % 128) + 128;
      this.end += 1;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.end] = rest;
    this.end += 1;
  }
}

/** Adds written vectors, one behind the other, to `sums`. This is where large questions spend their time: some 6 ns an entry. */
export function addVectors(bytes: Uint8Array, sums: Float64Array): void {
  let place = 0;
  /** What a number amounts to whose first byte says that more follow. */
  const longer = (first: number): number => {
    let value = first - 128;
    let byte: number;
    for (let unit = 128; ; unit *= 128) {
      byte = bytes[place++] as number;
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  };
  while (place < bytes.length) {
    const length = bytes[place++] as number;
    const bytesLeft = length < 128 ? length : longer(length);
    const end = place + bytesLeft;
    let measure = 0;
    while (place < end) {
      const distance = bytes[place++] as number;
      measure += distance < 128 ? distance : longer(distance);
      const first = bytes[place++] as number;
      const signed = first < 128 ? first : longer(first);
      const amount = signed % 2 === 0 ? signed / 2 : -(signed + 1) / 2;
      sums[measure] = (sums[measure] as number) + amount;
      measure += 1;
    }
  }
}
