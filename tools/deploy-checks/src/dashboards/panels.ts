import {
  type DashboardBuilder,
  DatasourceVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  DashboardBuilder as Builder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { BigValueColorMode, BigValueGraphMode, ReduceDataOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as SeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';

/** Grafana's units that are used here: `none` counts what the title names. */
export type Unit = 'none' | 's' | 'percentunit' | 'bytes' | 'reqps' | 'dateTimeFromNow';

/** What one panel shows, in words and in PromQL. */
export interface Measure {
  readonly th: string;
  readonly en: string;
  /** What it means, whom it hurts, what to do. */
  readonly about: { readonly th: string; readonly en: string };
  /** Where the number comes from. */
  readonly source: string;
  readonly unit: Unit;
  readonly lines: readonly { readonly expr: string; readonly legend: string }[];
  /** From which values on it is yellow and red; without them nothing is judged. */
  readonly bounds?: { readonly warn?: number; readonly bad: number };
  /** Of 24 columns. */
  readonly width?: number;
}

const datasource = { type: 'prometheus', uid: '${datasource}' };
const statHeight = 5;
const seriesHeight = 8;

const titleOf = ({ th, en }: Measure): string => `${th} · ${en}`;
const descriptionOf = ({ about, source }: Measure): string => `${about.th}\n\n${about.en}\n\nที่มา · Source: ${source}`;

function boundsOf({ bounds }: Measure): ThresholdsConfigBuilder {
  const steps: { value: number | null; color: string }[] = [{ value: null, color: bounds ? 'green' : 'blue' }];
  if (bounds?.warn !== undefined) steps.push({ value: bounds.warn, color: 'yellow' });
  if (bounds !== undefined) steps.push({ value: bounds.bad, color: 'red' });
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps as never);
}

/** One number of now, coloured by its bounds. */
export function numberOf(measure: Measure): StatPanel {
  const panel = new StatPanel()
    .title(titleOf(measure))
    .description(descriptionOf(measure))
    .datasource(datasource)
    .unit(measure.unit)
    .thresholds(boundsOf(measure))
    .colorMode(BigValueColorMode.Background)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .noValue('–')
    .height(statHeight)
    .span(measure.width ?? 4);
  return withLines(panel, measure, (query) => query.instant());
}

/** Lines over time. */
export function linesOf(measure: Measure): SeriesPanel {
  const panel = new SeriesPanel()
    .title(titleOf(measure))
    .description(descriptionOf(measure))
    .datasource(datasource)
    .unit(measure.unit)
    .min(0)
    .thresholds(boundsOf(measure))
    .fillOpacity(8)
    .height(seriesHeight)
    .span(measure.width ?? 12);
  return withLines(panel, measure, (query) => query.range());
}

/** A table of now, a row per series. */
export function tableOf(measure: Measure): TablePanel {
  const panel = new TablePanel()
    .title(titleOf(measure))
    .description(descriptionOf(measure))
    .datasource(datasource)
    .unit(measure.unit)
    .noValue('ไม่มี · none')
    .height(seriesHeight)
    .span(measure.width ?? 24)
    .transformations([{ id: 'organize', options: { excludeByName: { Time: true, __name__: true } } }]);
  return withLines(panel, measure, (query) => query.instant().format(PromQueryFormat.Table));
}

interface Queried {
  withTarget(target: DataqueryBuilder): this;
}

function withLines<Panel extends Queried>(
  panel: Panel,
  { lines }: Measure,
  shape: (query: DataqueryBuilder) => DataqueryBuilder,
): Panel {
  lines.forEach(({ expr, legend }, index) => {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode(65 + index))
      .expr(expr)
      .legendFormat(legend);
    panel.withTarget(shape(query.datasource(datasource)));
  });
  return panel;
}

/** A row's heading. */
export const row = (th: string, en: string): RowBuilder => new RowBuilder(`${th} · ${en}`);

/** An empty dashboard with the choice of a Prometheus; times are those of whoever looks. */
export function dashboard(uid: string, th: string, en: string, about: string): DashboardBuilder {
  return new Builder(`${th} · ${en}`)
    .uid(`faemban-${uid}`)
    .description(about)
    .tags(['faemban'])
    .readonly()
    .refresh('30s')
    .time({ from: 'now-6h', to: 'now' })
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'));
}
