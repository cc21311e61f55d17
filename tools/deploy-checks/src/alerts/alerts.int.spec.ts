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

/** No series has this label: it only marks the query, which promtool prints where it is not answered as expected. */
const markOf = (index: number): string => `mark!="${index}"`;

/** What promtool is told of one test: how many alerts of the name fire at the minute. */
const promtoolTest = ({ alert, series, stepMinutes = 1, minute, fires }: AlertTest, index: number): object => ({
  interval: `${60 * stepMinutes}s`,
  input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
  promql_expr_test: [
    {
      expr: `count(ALERTS{alertname="${alert}", alertstate="firing", ${markOf(index)}})`,
      eval_time: `${minute}m`,
      exp_samples: fires === 0 ? [] : [{ labels: '{}', value: fires }],
    },
  ],
});

/** All cases at once, on a machine that is busy with other suites. */
const allMs = 300_000;

describeWithPromtool('Prometheus’ own tool', (run) => {
  /** What promtool prints of all tests, which it runs at once; and whether it is content. */
  const resultOf = (tests: readonly AlertTest[]): { readonly isContent: boolean; readonly printed: string } => {
    const rulesFile = join(root, alertsFile);
    const steps = [...new Set(tests.map(({ stepMinutes = 1 }) => stepMinutes))];
    const files = steps.map((step) => {
      const file = join(scratch, `every-${step}-minutes.yaml`);
      const ofStep = tests.flatMap((each, index) =>
        (each.stepMinutes ?? 1) === step ? [promtoolTest(each, index)] : [],
      );
      writeFileSync(file, stringify({ rule_files: [rulesFile], evaluation_interval: `${60 * step}s`, tests: ofStep }));
      return file;
    });
    const { status, stdout, stderr } = run('test', 'rules', ...files);
    return { isContent: status === 0, printed: (stdout + stderr).replaceAll('\\"', '"') };
  };

  test('accepts the alert rules and what Prometheus is configured with', () => {
    expect(run('check', 'rules', join(root, alertsFile))).toMatchObject({ status: 0 });
    const configuration = join(root, 'deploy/prometheus/prometheus.yml');
    expect(run('check', 'config', '--syntax-only', configuration)).toMatchObject({ status: 0 });
  });

  describe('of the alerts', () => {
    let result: ReturnType<typeof resultOf> | undefined;
    const ofAll = () => (result ??= resultOf(alertTests));

    test.each(alertTests.map((each, index) => ({ ...each, index })))(
      '$alert when $when: $fires',
      ({ index }) => {
        const { printed } = ofAll();
        expect(printed.includes(markOf(index)) ? printed : '').toBe('');
      },
      allMs,
    );

    test('finds nothing else to say', () => expect(ofAll()).toMatchObject({ isContent: true }));

    test('would tell which one did not fire that should', () => {
      const [first, second] = alertTests as readonly [AlertTest, AlertTest];
      const { isContent, printed } = resultOf([first, { ...second, fires: 2 }]);
      expect([isContent, printed.includes(markOf(0)), printed.includes(markOf(1))]).toEqual([false, false, true]);
    });
  });

  test('understands every query of the dashboards', () => {
    const file = join(scratch, 'queries.yaml');
    const asRules = expressionsOfDashboards().map((expr, index) => ({ record: `query:${index}`, expr }));
    writeFileSync(file, stringify({ groups: [{ name: 'queries', rules: asRules }] }));
    const { status, stderr } = run('check', 'rules', file);
    expect([status, stderr]).toEqual([0, '']);
  });
});
