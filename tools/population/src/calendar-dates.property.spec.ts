import { completedAge, parseThaiDate } from '@faemban/thai';
import fc from 'fast-check';
import { birthAt, interviewDays, writtenDay } from './calendar-dates';
import { randomOf } from './random';

function isoOf(text: string): string {
  const reading = parseThaiDate(text);
  if (!reading.ok) throw new Error(`${text} is not read as a date`);
  return reading.iso;
}

describe('making birth dates', () => {
  test('gives exactly the wanted age at the interview, with the days that stand in for what is not known', () => {
    const precisions = new Set<string>();
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100 }),
        fc.nat(1_000_000),
        fc.constantFrom(2560, 2561, 2563),
        (age, seed, round) => {
          const random = randomOf(`birth ${seed}`);
          for (const interview of interviewDays(round, random)) {
            const birth = birthAt(age, interview, random);
            precisions.add(birth.precision);
            expect(completedAge(isoOf(birth.text), isoOf(writtenDay(interview)))).toBe(age);
            expect(Number(isoOf(birth.text).slice(0, 4))).toBe(birth.year);
          }
        },
      ),
      { numRuns: 3_000, seed: 2561 },
    );
    expect([...precisions].sort()).toEqual(['day', 'month', 'year']);
  });

  test('avoids the first three months of the years that began in April', () => {
    const random = randomOf('old years');
    for (let k = 0; k < 500; k += 1) {
      const { text, year } = birthAt(85, { year: 2018, month: 2, day: 14 }, random);
      const month = text.split('/').at(-2);
      if (month !== undefined && year < 1941) expect(Number(month)).toBeGreaterThanOrEqual(4);
    }
  });
});

describe('choosing interview days', () => {
  test('takes one to three days between 1 January and 31 March, never a leap day', () => {
    const choices = Array.from({ length: 2_000 }, (_, k) => interviewDays(2563, randomOf(`days ${k}`)));
    expect(new Set(choices.map(({ length }) => length))).toEqual(new Set([1, 2, 3]));
    const days = choices.flat();
    expect(new Set(days.map(({ year }) => year))).toEqual(new Set([2020]));
    expect(Math.max(...days.map(({ month }) => month))).toBe(3);
    expect(days.filter(({ month, day }) => month === 2 && day === 29)).toEqual([]);
  });
});
