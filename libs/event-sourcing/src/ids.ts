import { randomBytes } from 'node:crypto';
import { digestOf } from './integrity/hashing';
import type { Clock } from './ports';

/** Makes ids. */
export interface Ids {
  /** A UUIDv7 in lower case, greater than every one this source made before. */
  next(): string;
}

const randomPoolBytes = 8 * 512;
const counterMax = 0xfff;

/**
 * A source of UUIDv7s that rise with every call, also within a millisecond and when the clock goes back: 48 bits of time, a 12-bit
 * counter, 62 random bits. `random` gives that many random bytes; by default the system's.
 */
export function createIds({
  clock,
  random = randomBytes,
}: {
  readonly clock: Clock;
  readonly random?: (size: number) => Uint8Array;
}): Ids {
  let millisecond = -1;
  let counter = 0;
  let pool: Uint8Array = new Uint8Array();
  let used = 0;

  const tail = (): string => {
    if (used + 8 > pool.length) {
      pool = random(randomPoolBytes);
      used = 0;
    }
    let hex = '';
    for (let index = 0; index < 8; index += 1) {
      const byte = pool[used + index] ?? 0;
      hex += byteHex[index === 0 ? (byte & 0x3f) | 0x80 : byte];
    }
    used += 8;
    return hex;
  };

  return {
    next() {
      const now = clock();
      if (now > millisecond) {
        millisecond = now;
        counter = 0;
      } else if (counter === counterMax) {
        millisecond += 1;
        counter = 0;
      } else {
        counter += 1;
      }
      const time = millisecond.toString(16).padStart(12, '0');
      const random64 = tail();
      return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${random64.slice(0, 4)}-${random64.slice(4)}`;
    },
  };
}

/**
 * The id of the n-th command that a policy makes of an event: the time of the event's id, so that ids stay in order, and a hash of
 * (policy, event, index), so that redelivery is recognised and two policies never collide.
 */
export function policyCommandId(policyKey: string, event: { readonly id: string }, index: number): string {
  const hex = digestOf(['policy', policyKey, event.id, index]);
  return shape(event.id.slice(0, 13).replace('-', ''), hex);
}

/** An id that is the same whenever the same parts are given; UUID-shaped (version 8), in no order. */
export function deterministicId(namespace: string, ...parts: readonly (string | number)[]): string {
  const hex = digestOf(['id', namespace, ...parts]);
  return shape(hex.slice(32, 44), hex);
}

/**
 * Like {@link deterministicId}, but rising with `n` among the ids of one namespace, which must be a UUIDv7: its time, then `n`
 * (0 … 2³⁰ − 1), then a hash. Logs and indexes take rising ids about a third faster than ids in no order.
 */
export function sequencedId(namespace: string, n: number, ...parts: readonly (string | number)[]): string {
  if (!Number.isInteger(n) || n < 0 || n >= 2 ** 30) throw new RangeError(`${n} is not a whole number below 2^30.`);
  const high = Math.floor(n / 2 ** 18);
  const low = n % 2 ** 18;
  const hex = digestOf(['sequenced', namespace, n, ...parts]);
  const fourth = (0x8000 | (low >> 4)).toString(16);
  const fifth = `${(low & 0xf).toString(16)}${hex.slice(0, 11)}`;
  return `${namespace.slice(0, 13)}-8${high.toString(16).padStart(3, '0')}-${fourth}-${fifth}`;
}

const byteHex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Twelve hex digits in front, the rest from a hash, version 8, variant 10. */
function shape(front: string, hex: string): string {
  const variant = ((Number.parseInt(hex.slice(3, 4), 16) & 0x3) | 0x8).toString(16);
  return `${front.slice(0, 8)}-${front.slice(8, 12)}-8${hex.slice(0, 3)}-${variant}${hex.slice(4, 7)}-${hex.slice(7, 19)}`;
}
