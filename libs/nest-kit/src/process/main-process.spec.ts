import { exitCodeOf, refusalLines } from './main-process';

describe('a process that does not run', () => {
  test('says so in both languages where the reason is one for people', () => {
    const refused = Object.assign(new Error('x'), { sentence: { th: 'พอร์ตไม่ว่าง', en: 'The port is taken.' } });
    expect(refusalLines(refused)).toEqual(['พอร์ตไม่ว่าง', 'The port is taken.']);
  });

  test('shows the whole error where it is a fault', () => {
    expect(refusalLines(new TypeError('broken'))[0]).toMatch(/TypeError: broken\n\s+at /);
    expect(refusalLines('thrown as it is')).toEqual(['thrown as it is']);
  });
});

test('only a stop that left work undone is a failure', () => {
  expect(['drained', 'cut', 'abandoned'].map((stopped) => exitCodeOf(stopped as never))).toEqual([0, 0, 1]);
});
