import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tree';
import { http } from './http';
import { imports } from './imports';
import { operations } from './operations';
import { processes } from './processes';
import { sequencing } from './sequencing';
import { views } from './views';

const builders: Readonly<Record<string, () => DashboardBuilder>> = {
  operations,
  views,
  sequencing,
  imports,
  http,
  processes,
};

const folder = join(root, 'deploy/helm/faemban/files/dashboards');

/** Every dashboard as the text of its file, by the file's name. */
export function dashboardFiles(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(builders).map(([name, build]) => [`${name}.json`, `${JSON.stringify(build().build(), null, 2)}\n`]),
  );
}

/** Writes the files that Grafana is given. */
export function writeDashboards(): void {
  for (const [name, text] of dashboardFiles()) writeFileSync(join(folder, name), text);
}

/** The file of a dashboard as it is in the tree. */
export const dashboardInTree = (name: string): string => readFileSync(join(folder, name), 'utf8');
