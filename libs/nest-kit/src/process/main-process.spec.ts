import { parseArgs } from 'node:util';
import { exitCodeOf, refusalLines, refusalLinesWith, stopOnSignal } from './main-process';

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

describe('a process that is asked to stop', () => {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const before = signals.map((signal) => process.listeners(signal));
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
    for (const [at, signal] of signals.entries()) {
      for (const listener of process.listeners(signal)) {
        if (!before[at]?.includes(listener)) process.off(signal, listener);
      }
    }
  });

  test('stops once, though its parent hands on the signal that it had already; asked again later, it ends at once', async () => {
    const exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
    const stop = jest.fn(async () => 'drained' as const);
    const asked = stopOnSignal(stop);
    expect(asked.isAsked()).toBe(false);
    process.emit('SIGTERM');
    jest.advanceTimersByTime(200);
    process.emit('SIGTERM');
    expect(await asked.stopped).toBe('drained');
    expect([asked.isAsked(), stop.mock.calls.length, exit.mock.calls.length]).toEqual([true, 1, 0]);
    jest.advanceTimersByTime(1_000);
    process.emit('SIGINT');
    expect(exit).toHaveBeenCalledWith(130);
  });
});

test('only a stop that left work undone is a failure', () => {
  expect(['drained', 'cut', 'abandoned'].map((stopped) => exitCodeOf(stopped as never))).toEqual([0, 0, 1]);
});
