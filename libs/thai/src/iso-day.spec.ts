import { addDays, completedAge, isIsoDay, thaiDayOf } from './iso-day';

describe('the day in Thailand', () => {
  test.each([
    ['2021-08-02T16:59:59.999Z', '2021-08-02'],
    ['2021-08-02T17:00:00.000Z', '2021-08-03'],
    ['2021-08-31T23:30:00.000Z', '2021-09-01'],
    ['2019-12-31T17:00:00.000Z', '2020-01-01'],
    ['2020-02-28T17:00:00.000Z', '2020-02-29'],
    ['2021-02-28T17:00:00.000Z', '2021-03-01'],
    ['2021-08-03T00:30:00+07:00', '2021-08-03'],
    ['2021-08-02T17:00:00Z', '2021-08-03'],
  ])('of %s is %s', (instant, day) => {
    expect(thaiDayOf(instant)).toBe(day);
  });

  test.each([
    ['2021-08-02'],
    ['yesterday'],
    ['2021-13-02T00:00:00.000Z'],
    ['2021-02-30T10:00:00.000Z'],
    ['2021-08-02T17:00:00'],
  ])('is refused for %s', (text) => {
    expect(() => thaiDayOf(text)).toThrow(RangeError);
  });
});

describe('completed age', () => {
  test.each([
    ['1958-02-15', '2018-02-15', 60],
    ['1958-02-16', '2018-02-15', 59],
    ['1952-02-29', '2018-02-28', 65],
    ['1952-02-29', '2018-03-01', 66],
    ['2018-02-15', '2018-02-15', 0],
    ['2018-02-16', '2018-02-15', -1],
  ])('of somebody born %s on %s is %i', (birth, day, age) => {
    expect(completedAge(birth, day)).toBe(age);
  });
});

describe('ISO days', () => {
  test.each([['2018-02-29'], ['2018-2-01'], ['2018-00-01'], ['2018/02/01'], ['2018-02-01T00:00'], ['201a-02-01']])(
    '%s is none',
    (text) => {
      expect(isIsoDay(text)).toBe(false);
    },
  );

  test('step over the end of a year', () => {
    expect(addDays('2020-12-31', 1)).toBe('2021-01-01');
    expect(addDays('2021-01-01', -1)).toBe('2020-12-31');
  });

  test('that are none cannot be stepped from', () => {
    expect(() => addDays('2021-02-29', 1)).toThrow(RangeError);
  });
});
