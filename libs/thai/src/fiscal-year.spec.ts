import { daysOfFiscalQuarter, daysOfFiscalYear, fiscalQuarterOf } from './fiscal-year';

describe('the fiscal quarter', () => {
  test.each([
    ['2021-08-03', 2564, 4],
    ['2021-09-30', 2564, 4],
    ['2021-10-01', 2565, 1],
    ['2021-12-31', 2565, 1],
    ['2022-01-01', 2565, 2],
    ['2022-04-01', 2565, 3],
  ])('of %s is %i, %i', (day, fiscalYear, quarter) => {
    expect(fiscalQuarterOf(day)).toEqual({ fiscalYear, quarter });
  });

  test('has its first and last day', () => {
    expect(daysOfFiscalQuarter({ fiscalYear: 2565, quarter: 1 })).toEqual({ first: '2021-10-01', last: '2021-12-31' });
    expect(daysOfFiscalQuarter({ fiscalYear: 2565, quarter: 4 })).toEqual({ first: '2022-07-01', last: '2022-09-30' });
    expect(daysOfFiscalYear(2565)).toEqual({ first: '2021-10-01', last: '2022-09-30' });
  });

  test('is refused for what is not a day', () => {
    expect(() => fiscalQuarterOf('2564')).toThrow(RangeError);
  });
});
