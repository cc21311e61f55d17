import { parseArgs } from 'node:util';
import { exitCodeOf, refusalLines, refusalLinesWith } from './main-process';

describe('a process that does not run', () => {
  test('says so in both languages where the reason is one for people', () => {
    const refused = Object.assign(new Error('x'), { sentence: { th: 'พอร์ตไม่ว่าง', en: 'The port is taken.' } });
    expect(refusalLines(refused)).toEqual(['พอร์ตไม่ว่าง', 'The port is taken.']);
  });

  test('shows the whole error where it is a fault', () => {
    expect(refusalLines(new TypeError('broken'))[0]).toMatch(/TypeError: broken\n\s+at /);
    expect(refusalLines('thrown as it is')).toEqual(['thrown as it is']);
  });

  test('shows how a command is called to whoever called it wrongly, and to nobody else', () => {
    const linesOf = refusalLinesWith('usage: command [--port N]');
    const called = (...args: string[]): unknown => {
      try {
        return parseArgs({ args, options: { port: { type: 'string' } } });
      } catch (error) {
        return error;
      }
    };
    expect(linesOf(called('--prot', '1'))).toEqual([
      expect.stringContaining("'--prot'"),
      '',
      'usage: command [--port N]',
    ]);
    expect(linesOf('thrown as it is')).toEqual(['thrown as it is']);
  });
});

test('only a stop that left work undone is a failure', () => {
  expect(['drained', 'cut', 'abandoned'].map((stopped) => exitCodeOf(stopped as never))).toEqual([0, 0, 1]);
});
