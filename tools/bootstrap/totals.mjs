// Adds up what Jest's own reports say. A run that left no report counts as one failure.

/**
 * @param {{ name: string, report?: object }[]} runs Jest's `--json` output per run, absent where there is none
 * @returns {{ passed: number, failed: number, skipped: number, reasons: string[] }}
 */
export function totalsOf(runs) {
  const totals = { passed: 0, failed: 0, skipped: 0, reasons: new Set() };
  for (const { name, report } of runs) {
    if (report === undefined) {
      totals.failed += 1;
      totals.reasons.add(`${name}: ended without a report`);
      continue;
    }
    totals.passed += report.numPassedTests;
    totals.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
    totals.skipped += report.numPendingTests + report.numTodoTests;
    for (const suite of report.testResults) {
      for (const { status, fullName } of suite.assertionResults) {
        if (status === 'pending' || status === 'todo') totals.reasons.add(reasonIn(fullName));
      }
    }
  }
  return { ...totals, reasons: [...totals.reasons].sort() };
}

function reasonIn(fullName) {
  return /\[skipped: ([^\]]*)\]/.exec(fullName)?.[1] ?? `skipped without a reason: ${fullName}`;
}

/** The last line of a test run. */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** A run is good when something ran and nothing failed. */
export function exitCodeOf({ passed, failed }) {
  return failed === 0 && passed > 0 ? 0 : 1;
}
