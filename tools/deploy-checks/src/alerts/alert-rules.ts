import { parse } from 'yaml';
import { textOf } from '../tree';

/** One rule of the file: an alert, or a recorded series. */
export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: { readonly severity: string };
  readonly annotations?: { readonly summary: string; readonly summary_th: string; readonly runbook: string };
}

/** Where the rules are, from the root: in the chart, and mounted from there by the compose file. */
export const alertsFile = 'deploy/helm/faemban/files/alerts.yaml';

/** Every rule. */
export const rules = (): readonly Rule[] =>
  (parse(textOf(alertsFile)) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);

/** Those that alert. */
export const alerts = (): readonly (Rule & { readonly alert: string })[] =>
  rules().flatMap((rule) => (rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert }]));
