import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { OutageReport } from './outage-report';

type Export = Parameters<SpanExporter['export']>;

/** An exporter whose successes and failures are told to the report. A failure is then the exporter's last word on those spans. */
export function watchedExporter(exporter: SpanExporter, outage: OutageReport): SpanExporter {
  return {
    export(spans: Export[0], done: Export[1]) {
      exporter.export(spans, (result) => {
        if (result.error === undefined && result.code === 0) outage.taken();
        else outage.lost(result.error);
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
