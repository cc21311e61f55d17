// Adds up what Jest's own reports say. A run that left no report counts as one failure.
import { relative } from 'node:path';
import { root } from './places.mjs';

/**
 * @param {{ name: string, report?: object }[]} runs Jest's `--json` output per run, absent where there is none
 * @returns {{ passed: number, failed: number, skipped: number, reasons: string[], failures: string[] }} `reasons`: why
 *   something was skipped, once each; `failures`: each thing that failed with the first lines it said, in the order of the runs
 */
export function totalsOf(runs) {
  const totals = { passed: 0, failed: 0, skipped: 0, reasons: new Set(), failures: [] };
  for (const { name, report } of runs) {
    if (report === undefined) {
      totals.failed += 1;
      totals.failures.push(`${name}: ended without a report`);
      continue;
    }
    totals.passed += report.numPassedTests;
    totals.failed += report.numFailedTests + report.numRuntimeErrorTestSuites;
    totals.skipped += report.numPendingTests + report.numTodoTests;
    for (const suite of report.testResults) {
      const file = relative(root, suite.name);
      const failed = suite.assertionResults.filter(({ status }) => status === 'failed');
      for (const { fullName, failureMessages } of failed) {
        totals.failures.push(`${file} › ${fullName}: ${firstLines(failureMessages.join('\n'))}`);
      }
      if (suite.status === 'failed' && failed.length === 0)
        totals.failures.push(`${file}: ${firstLines(suite.message)}`);
      for (const { status, fullName } of suite.assertionResults) {
        if (status === 'pending' || status === 'todo') totals.reasons.add(reasonIn(fullName));
      }
    }
  }
  return { ...totals, reasons: [...totals.reasons].sort() };
}

const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
/** Enough to see what was expected and what a program printed that ended. */
const linesTold = 8;

function firstLines(text) {
  const lines = text.replaceAll(colours, '').split('\n');
  const telling = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('at '));
  return telling.slice(0, linesTold).join('\n    ');
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
