import { join } from 'node:path';
import { loadModule } from './plain-module';
import { root } from './tree';

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
  reasons: string[];
  failures: string[];
}
interface TotalsModule {
  totalsOf(runs: { name: string; report?: object }[]): Totals;
  summaryLine(totals: Totals): string;
  exitCodeOf(totals: Totals): number;
}

const report = (counts: object, assertionResults: object[] = []) => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
  testResults: [{ name: join(root, 'libs/one.spec.ts'), status: 'passed', message: '', assertionResults }],
  ...counts,
});

describe('the totals of a test run', () => {
  let totals: TotalsModule;
  beforeAll(async () => {
    totals = await loadModule<TotalsModule>('tools/bootstrap/totals.mjs');
  });

  test('are the sums of what the runs report', () => {
    const runs = [
      { name: 'a', report: report({ numPassedTests: 5, numPendingTests: 1 }) },
      { name: 'b', report: report({ numPassedTests: 2, numFailedTests: 1, numTodoTests: 1 }) },
    ];
    expect(totals.summaryLine(totals.totalsOf(runs))).toBe('7 passed, 1 failed, 2 skipped');
  });

  test('count a suite that does not load as a failure', () => {
    const found = totals.totalsOf([{ name: 'a', report: report({ numPassedTests: 5, numRuntimeErrorTestSuites: 1 }) }]);
    expect(found).toMatchObject({ passed: 5, failed: 1 });
    expect(totals.exitCodeOf(found)).toBe(1);
  });

  test('count a run without a report as a failure, and say which', () => {
    const found = totals.totalsOf([
      { name: 'packages', report: report({ numPassedTests: 5 }) },
      { name: 'whole systems' },
    ]);
    expect(found).toMatchObject({ failed: 1, failures: ['whole systems: ended without a report'] });
    expect(totals.exitCodeOf(found)).toBe(1);
  });

  test('name what skipped suites are missing, once each', () => {
    const skipped = (fullName: string) => ({ status: 'pending', fullName });
    const found = totals.totalsOf([
      {
        name: 'a',
        report: report({ numPassedTests: 1, numPendingTests: 2 }, [
          skipped('inverting [skipped: needs the TPMAP files] is exact'),
          skipped('inverting [skipped: needs the TPMAP files] is whole'),
        ]),
      },
    ]);
    expect(found).toMatchObject({ skipped: 2, reasons: ['needs the TPMAP files'] });
    expect(totals.exitCodeOf(found)).toBe(0);
  });

  test('name each test that failed and each suite that did not load, with the first lines they said', () => {
    const failed = {
      status: 'failed',
      fullName: 'a log is dense',
      failureMessages: ['\u001b[2mexpect(received)\u001b[22m.toBe(expected)\n\nExpected: 1\n    at one.spec.ts:3'],
    };
    const loaded = report({ numFailedTests: 1 }, [failed]);
    const broken = report({ numRuntimeErrorTestSuites: 1 });
    const [suite] = broken.testResults;
    const notLoaded = {
      ...broken,
      testResults: [{ ...suite, status: 'failed', message: 'Cannot find module x\n at y' }],
    };
    expect(
      totals.totalsOf([
        { name: 'a', report: loaded },
        { name: 'b', report: notLoaded },
      ]),
    ).toMatchObject({
      failed: 2,
      failures: [
        'libs/one.spec.ts › a log is dense: expect(received).toBe(expected)\n    Expected: 1',
        'libs/one.spec.ts: Cannot find module x',
      ],
    });
  });

  test('are a failure when nothing ran', () => {
    expect(totals.exitCodeOf(totals.totalsOf([{ name: 'a', report: report({ numPendingTests: 3 }) }]))).toBe(1);
  });
});
