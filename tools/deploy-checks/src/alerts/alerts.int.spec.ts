import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { expressionsOfDashboards } from '../dashboards/expressions';
import { describeWithPromtool } from '../programs/describe-with';
import { root } from '../tree';
import { alertsFile } from './alert-rules';
import { alertTests, type AlertTest } from './alert-tests';

let scratch: string;
beforeEach(() => (scratch = mkdtempSync(join(tmpdir(), 'faemban-promtool-'))));
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

/** What promtool is told of one test: how many alerts of the name fire at the minute. */
const promtoolTest = ({ alert, series, minute, fires }: AlertTest): object => ({
  interval: '1m',
  input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
  promql_expr_test: [
    {
      expr: `count(ALERTS{alertname="${alert}", alertstate="firing"})`,
      eval_time: `${minute}m`,
      exp_samples: fires === 0 ? [] : [{ labels: '{}', value: fires }],
    },
  ],
});

describeWithPromtool('Prometheus’ own tool', (run) => {
  const testOf = (tests: readonly AlertTest[]) => {
    const file = join(scratch, 'tests.yaml');
    writeFileSync(
      file,
      stringify({ rule_files: [join(root, alertsFile)], evaluation_interval: '1m', tests: tests.map(promtoolTest) }),
    );
    return run('test', 'rules', file);
  };

  test('accepts the alert rules and what Prometheus is configured with', () => {
    expect(run('check', 'rules', join(root, alertsFile))).toMatchObject({ status: 0 });
    const configuration = join(root, 'deploy/prometheus/prometheus.yml');
    expect(run('check', 'config', '--syntax-only', configuration)).toMatchObject({ status: 0 });
  });

  test.each(alertTests)('$alert when $when: $fires', (each) => {
    const { status, stdout, stderr } = testOf([each]);
    expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
  });

  test('would tell if an alert did not fire that should', () => {
    const [first] = alertTests as readonly [AlertTest];
    expect(testOf([{ ...first, fires: 2 }]).status).toBe(1);
  });

  test('understands every query of the dashboards', () => {
    const file = join(scratch, 'queries.yaml');
    const asRules = expressionsOfDashboards().map((expr, index) => ({ record: `query:${index}`, expr }));
    writeFileSync(file, stringify({ groups: [{ name: 'queries', rules: asRules }] }));
    const { status, stderr } = run('check', 'rules', file);
    expect([status, stderr]).toEqual([0, '']);
  });
});
