import type { Clock } from '../ports';

/** A clock that stands until it is told to go on. */
export interface TestClock extends Clock {
  /** Moves the clock, also backwards. */
  advance(milliseconds: number): void;
  /** Sets the clock to an instant (ISO). */
  set(instant: string): void;
}

/** Makes a clock that stands at `start`, by default 2021-03-01T02:00:00Z (nine in the morning in Thailand). */
export function createTestClock(start = '2021-03-01T02:00:00.000Z'): TestClock {
  let now = Date.parse(start);
  return Object.assign(() => now, {
    advance(milliseconds: number) {
      now += milliseconds;
    },
    set(instant: string) {
      now = Date.parse(instant);
    },
  });
}
