import * as fc from 'fast-check';
import { toThaiDigits } from './digits';
import { completedAge, daysInMonth, isIsoDay, thaiDayOf, addDays } from './iso-day';
import { parseThaiDate } from './thai-date';

const instants = fc.date({ min: new Date('1700-01-01'), max: new Date('2400-01-01'), noInvalidDate: true });
const days = instants.map((date) => date.toISOString().slice(0, 10));

describe('written dates', () => {
  test('come back as the day they were written for', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1857-01-01'), max: new Date('2156-12-31'), noInvalidDate: true }),
        (date) => {
          const iso = date.toISOString().slice(0, 10);
          const written = `${date.getUTCDate()}/${date.getUTCMonth() + 1}/${date.getUTCFullYear() + 543}`;
          expect(parseThaiDate(written)).toEqual({ ok: true, iso, precision: 'day' });
          expect(parseThaiDate(toThaiDigits(written))).toEqual({ ok: true, iso, precision: 'day' });
        },
      ),
    );
  });

  test('never throw, and what is read is a day the calendar has', () => {
    const dateLike = fc.string({ unit: fc.constantFrom(...'0123456789๒๕/-. ') });
    fc.assert(
      fc.property(fc.oneof(dateLike, fc.string({ unit: 'binary' })), (text) => {
        const reading = parseThaiDate(text);
        expect(!reading.ok || isIsoDay(reading.iso)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('days', () => {
  test('in Thailand are those of a clock seven hours ahead', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const expected = new Date(instant.getTime() + 7 * 3_600_000).toISOString().slice(0, 10);
        expect(thaiDayOf(instant.toISOString())).toBe(expected);
        expect(thaiDayOf(instant.toISOString().replace('Z', '+00:00'))).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('added and taken away again give the same day', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: -40_000, max: 40_000 }), (day, step) => {
        expect(addDays(addDays(day, step), -step)).toBe(day);
      }),
    );
  });

  test('of a month are those of the calendar', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1600, max: 2500 }), fc.integer({ min: 1, max: 12 }), (year, month) => {
        expect(daysInMonth(year, month)).toBe(new Date(Date.UTC(year, month, 0)).getUTCDate());
      }),
    );
  });
});

describe('completed age', () => {
  test('grows by one on the birthday and at no other day', () => {
    fc.assert(
      fc.property(days, fc.integer({ min: 0, max: 40_000 }), (birth, lived) => {
        const day = addDays(birth, lived);
        const isBirthday =
          lived > 0 && day.slice(5) === (birth.endsWith('02-29') && !isLeap(day) ? '03-01' : birth.slice(5));
        const grown = completedAge(birth, day) - completedAge(birth, addDays(day, -1));
        expect(grown).toBe(isBirthday || lived === 0 ? 1 : 0);
      }),
    );
  });
});

function isLeap(day: string): boolean {
  return daysInMonth(Number(day.slice(0, 4)), 2) === 29;
}
