import { parseThaiDate } from './thai-date';

describe('reading a Thai date', () => {
  test.each([
    ['15/2/2561', '2018-02-15', 'day'],
    ['03/08/2564', '2021-08-03', 'day'],
    ['๑๕/๒/๒๕๖๑', '2018-02-15', 'day'],
    [' 15 / 2 / 2561 ', '2018-02-15', 'day'],
    ['15-2-2561', '2018-02-15', 'day'],
    ['15.2.2561', '2018-02-15', 'day'],
    ['29/2/2559', '2016-02-29', 'day'],
    ['2/2490', '1947-02-15', 'month'],
    ['0/2/2490', '1947-02-15', 'month'],
    ['2490', '1947-07-01', 'year'],
    ['00/00/2490', '1947-07-01', 'year'],
  ])('takes %s as %s to the %s', (written, iso, precision) => {
    expect(parseThaiDate(written)).toEqual({ ok: true, iso, precision });
  });

  test.each([
    ['15/2/61', 'date-two-digit-year'],
    ['2/61', 'date-two-digit-year'],
    ['61', 'date-two-digit-year'],
    ['15/2/2018', 'date-year-not-buddhist'],
    ['1947', 'date-year-not-buddhist'],
    ['15/2/2961', 'date-year-not-buddhist'],
    ['29/2/2561', 'date-impossible'],
    ['31/4/2561', 'date-impossible'],
    ['1/13/2561', 'date-impossible'],
    ['5/0/2490', 'date-impossible'],
    ['', 'date-unreadable'],
    ['2561/2/15', 'date-unreadable'],
    ['2018-02-15', 'date-unreadable'],
    ['15/2/2561/1', 'date-unreadable'],
    ['15/2/', 'date-unreadable'],
    ['1 5/2/2561', 'date-unreadable'],
    ['2 5 6 1', 'date-unreadable'],
    ['15 ก.พ. 2561', 'date-unreadable'],
    ['25611', 'date-unreadable'],
  ])('refuses %j with %s', (written, code) => {
    expect(parseThaiDate(written)).toMatchObject({ ok: false, problem: { code } });
  });
});
