import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { distributedMetrics, metricsIn, registeredMetrics, unmeasured } from '../agreed/metrics';
import { root, textOf } from '../tree';
import { dashboardFiles, dashboardInTree } from './all-dashboards';
import { expressionsOfDashboards, panelsOf } from './expressions';

const files = [...dashboardFiles()].map(([name, text]) => ({ name, text }));

describe.each(files)('the dashboard $name', ({ name, text }) => {
  test('is in the tree as its definition makes it (node tools/deploy-checks/dist/main.js dashboards)', () => {
    expect(dashboardInTree(name)).toBe(text);
  });

  const panels = panelsOf(text);
  test.each(panels)(
    'says of “$title” the unit, what it means in Thai and English, and where it comes from',
    (panel) => {
      expect(panel.fieldConfig?.defaults.unit).toBeTruthy();
      const [thai = '', english = '', source = ''] = (panel.description ?? '').split('\n\n');
      expect(thai).toMatch(/[ก-๙]|docs\/runbooks/);
      expect(english).toMatch(/[A-Za-z]{2}/);
      expect(source).toMatch(/^ที่มา · Source: \S/);
      expect(panel.targets?.length).toBeGreaterThan(0);
    },
  );

  test('names runbooks and guides that are there', () => {
    const named = text.match(/docs\/(?:runbooks|guides)\/[a-z-]+\.md/g) ?? [];
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('has its panels beside each other, none over another', () => {
    const overlapping = panels.flatMap(({ gridPos: a }, index) =>
      panels
        .slice(index + 1)
        .filter(({ gridPos: b }) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h),
    );
    expect(overlapping).toEqual([]);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});

test('every metric of the dashboards is measured', () => {
  expect(unmeasured(expressionsOfDashboards().flatMap(metricsIn))).toEqual([]);
});

test('every metric that is measured is on a dashboard', () => {
  const shown = new Set(expressionsOfDashboards().flatMap(metricsIn));
  expect([...registeredMetrics(), ...distributedMetrics].filter((name) => !shown.has(name))).toEqual([]);
});

test('Grafana is given them, with a Prometheus to ask', () => {
  const compose = textOf('docker-compose.yml');
  const provider = parse(textOf('deploy/grafana/provisioning/dashboards/faemban.yaml')) as {
    providers: [{ options: { path: string } }];
  };
  expect(compose).toContain(`./deploy/helm/faemban/files/dashboards:${provider.providers[0].options.path}:ro`);
  expect(compose).toContain(`${provider.providers[0].options.path}/operations.json`);
  const source = parse(textOf('deploy/grafana/provisioning/datasources/prometheus.yaml')) as {
    datasources: [{ type: string; url: string; isDefault: boolean }];
  };
  expect(source.datasources[0]).toMatchObject({ type: 'prometheus', url: 'http://prometheus:9090', isDefault: true });
});
