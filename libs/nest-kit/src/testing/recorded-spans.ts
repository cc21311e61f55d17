import { context, trace, type Attributes, type SpanKind } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';

/** A span as a test looks at it. */
export interface RecordedSpan {
  readonly name: string;
  readonly kind: SpanKind;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly linkedTraceIds: readonly string[];
  readonly attributes: Attributes;
}

/** OpenTelemetry's SDK in this process, with spans kept in memory; until it is stopped. */
export class RecordedSpans {
  private readonly exporter = new InMemorySpanExporter();

  constructor() {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const spanProcessors = [new SimpleSpanProcessor({ exporter: this.exporter })];
    trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }));
  }

  /** Every span that has ended, in that order. */
  all(): readonly RecordedSpan[] {
    return this.exporter.getFinishedSpans().map(recorded);
  }

  /** Those of that name. */
  named(name: string): readonly RecordedSpan[] {
    return this.all().filter((span) => span.name === name);
  }

  /** The only one of that name. @throws Error where there is none, or several */
  the(name: string): RecordedSpan {
    const [span, ...more] = this.named(name);
    const names = this.all().map((one) => one.name);
    if (span === undefined || more.length > 0)
      throw new Error(`${1 + more.length} "${name}" among ${names.join(', ')}`);
    return span;
  }

  stop(): void {
    trace.disable();
    context.disable();
  }
}

const recorded = (span: ReadableSpan): RecordedSpan => ({
  name: span.name,
  kind: span.kind,
  traceId: span.spanContext().traceId,
  spanId: span.spanContext().spanId,
  parentSpanId: span.parentSpanContext?.spanId,
  linkedTraceIds: span.links.map((link) => link.context.traceId),
  attributes: span.attributes,
});
