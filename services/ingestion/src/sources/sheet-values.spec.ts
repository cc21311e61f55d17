import { columnPlace, isoDateValue, numberStyle, numberValue } from './sheet-values';

describe('a number of a sheet', () => {
  test.each([
    ['3840000000016', '3840000000016'],
    ['3.840000000016E12', '3840000000016'],
    ['1.84E+12', '1840000000000'],
    ['0.30000000000000004', '0.3'],
    ['1234.5', '1234.5'],
    ['-0', '0'],
    ['-3', '-3'],
    ['999999999999999', '999999999999999'],
  ])('%s reads %s', (raw, text) => expect(numberValue(raw, 'plain', false)).toEqual({ text }));

  test.each(['1000000000000000', '38400000000000160', '1e-7', '1e300'])('%s is not exact', (raw) =>
    expect(numberValue(raw, 'plain', false).mark).toBe('cell-number-imprecise'),
  );

  test.each(['', 'x', 'NaN', 'Infinity', '0x10g'])('%j is none', (raw) =>
    expect(numberValue(raw, 'plain', false).mark).toBe('cell-unreadable'),
  );

  test('is filled up with the zeros its format shows', () =>
    expect(numberValue('12', { digits: 5 }, false)).toEqual({ text: '00012' }));
});

describe('a date of a sheet', () => {
  test.each([
    ['43146', false, '15/2/2561'],
    ['43146.75', false, '15/2/2561'],
    ['1', false, '1/1/2443'],
    ['59', false, '28/2/2443'],
    ['61', false, '1/3/2443'],
    ['41684', true, '15/2/2561'],
    ['241501', false, '15/3/2561'],
  ])('%s (from 1904: %s) is %s', (raw, is1904, text) =>
    expect(numberValue(raw, 'date', is1904)).toEqual({ text, mark: 'cell-is-date' }),
  );

  test.each(['0', '60', '-5', '9999999'])('%s is no day of any calendar', (raw) =>
    expect(numberValue(raw, 'date', false).mark).toBe('cell-unreadable'),
  );

  test('as text is read like one', () => {
    expect(isoDateValue('2018-02-15T00:00:00')).toEqual({ text: '15/2/2561', mark: 'cell-is-date' });
    expect(isoDateValue('yesterday').mark).toBe('cell-unreadable');
  });
});

describe('a number format', () => {
  test.each([
    [14, undefined, 'date'],
    [22, undefined, 'date'],
    [76, undefined, 'date'],
    [0, undefined, 'plain'],
    [4, undefined, 'plain'],
    [164, 'd/m/bbbb', 'date'],
    [164, '[$-107041E]d mmmm yyyy;@', 'date'],
    [164, '[h]:mm', 'date'],
    [164, '#,##0.00 "baht/day"', 'plain'],
    [164, '[Red]0.00', 'plain'],
    [164, 'General', 'plain'],
    [164, '0.00E+00', 'plain'],
    [164, '@', 'plain'],
  ] as const)('%d %s is %s', (id, code, style) => expect(numberStyle(id, code)).toBe(style));

  test('of zeros only fills up', () => expect(numberStyle(164, '0000000000000')).toEqual({ digits: 13 }));
});

test.each([
  ['A1', 0],
  ['Z9', 25],
  ['AA1', 26],
  ['XFD1', 16_383],
  ['aa1', 26],
  ['1', undefined],
  ['', undefined],
  ['ABCD1', undefined],
])('the cell %j stands in column %p', (reference, place) => expect(columnPlace(reference)).toBe(place));
