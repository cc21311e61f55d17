import { loadModule } from './plain-module';

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
  reasons: string[];
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
  testResults: [{ assertionResults }],
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
    expect(found).toMatchObject({ failed: 1, reasons: ['whole systems: ended without a report'] });
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

  test('are a failure when nothing ran', () => {
    expect(totals.exitCodeOf(totals.totalsOf([{ name: 'a', report: report({ numPendingTests: 3 }) }]))).toBe(1);
  });
});
