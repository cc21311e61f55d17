import { formatThaiDate, formatThaiInstant } from './format-date';

describe('showing a date', () => {
  test('is in the Buddhist Era', () => {
    expect(formatThaiDate('2021-08-03')).toBe('3 สิงหาคม 2564');
    expect(formatThaiDate('2021-08-03', { style: 'short' })).toBe('3 ส.ค. 2564');
    expect(formatThaiDate('2021-08-03', { style: 'numeric' })).toBe('03/08/2564');
  });

  test('uses Thai digits when asked', () => {
    expect(formatThaiDate('2021-08-03', { digits: 'thai' })).toBe('๓ สิงหาคม ๒๕๖๔');
  });

  test('shows only what is known', () => {
    expect(formatThaiDate('1947-02-15', { precision: 'month' })).toBe('กุมภาพันธ์ 2490');
    expect(formatThaiDate('1947-07-01', { precision: 'year' })).toBe('2490');
  });

  test('is refused for what is not a day', () => {
    expect(() => formatThaiDate('3/8/2564')).toThrow(RangeError);
  });
});

describe('showing an instant', () => {
  test('is on the clock of Thailand', () => {
    expect(formatThaiInstant('2021-08-02T18:05:00.000Z')).toBe('3 สิงหาคม 2564 เวลา 01.05 น.');
    expect(formatThaiInstant('2021-08-03T02:00:00.000Z', { digits: 'thai', style: 'short' })).toBe(
      '๓ ส.ค. ๒๕๖๔ เวลา ๐๙.๐๐ น.',
    );
  });
});
