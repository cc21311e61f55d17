import { dashboardFiles } from './all-dashboards';

/** A panel of a dashboard's file, as far as it is looked at. */
export interface Panel {
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly expr: string }[];
}

/** Panels that show something, rows' headings left out. */
export const panelsOf = (text: string): readonly Panel[] =>
  (JSON.parse(text) as { panels: Panel[] }).panels.filter(({ type }) => type !== 'row');

/** Every query, with an interval in place of Grafana's variable. */
export const expressionsOfDashboards = (): readonly string[] =>
  [...dashboardFiles().values()].flatMap((text) =>
    panelsOf(text).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m'))),
  );
