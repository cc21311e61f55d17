import { context, diag, DiagLogLevel, ROOT_CONTEXT } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { OutageReport } from './outage-report';
import { samplerOf } from './sampler';
import type { TelemetryOptions } from './start-telemetry';
import { watchedExporter } from './watched-exporter';

/**
 * Loads and starts the SDK: traces alone, as OTLP over HTTP with JSON. Metrics are Prometheus', logs are lines. Of the machine nothing is
 * told but what `OTEL_RESOURCE_ATTRIBUTES` says: no host, user, command line or path.
 */
export function startSdk({ service, version, instance, environment, say }: TelemetryOptions): NodeSDK {
  // An export begins in the context of some span, to which the line in the log does not belong.
  const outage = new OutageReport((said) => context.with(ROOT_CONTEXT, () => say(said)));
  const warn = (message: string): void => outage.misconfigured(message);
  const ignored = (): void => undefined;
  // What exporters say of failures is said by the outage report; the rest is advice of the SDK on its settings.
  diag.setLogger(
    { error: ignored, warn, info: ignored, debug: ignored, verbose: ignored },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({ 'service.version': version, 'service.instance.id': instance }),
    serviceName: service,
    resourceDetectors: [envDetector],
    sampler: samplerOf(environment, warn),
    traceExporter: watchedExporter(new OTLPTraceExporter(), outage),
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations: [],
  });
  sdk.start();
  return sdk;
}
