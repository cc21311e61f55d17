import { RuleBroken } from '@faemban/event-sourcing';
import {
  context,
  createContextKey,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type SpanOptions,
  type Tracer,
} from '@opentelemetry/api';
import { continued } from './traceparent';

/** The tracer of everything Faemban does itself. */
export const tracer = (): Tracer => trace.getTracer('faemban');

const probe = createContextKey('faemban.tracing');

/**
 * Whether OpenTelemetry's SDK was started in this process; only with it does a context travel. Asked when a server is made, so that
 * without telemetry nothing stands round commands, batches and requests.
 */
export function isTracing(): boolean {
  return context.with(ROOT_CONTEXT.setValue(probe, true), () => context.active().getValue(probe) === true);
}

/**
 * Does the work inside a span, which ends with it. `parent` is where the span goes on (by default what is active); `root` begins a trace.
 * What the work throws is thrown on: a refusal is an outcome of the span, anything else its failure, told by its class alone, since
 * messages may speak of people.
 */
export async function inSpan<Result>(
  name: string,
  { parent = context.active(), ...options }: SpanOptions & { readonly parent?: Context },
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const base = options.root === true ? ROOT_CONTEXT : parent;
  const span = tracer().startSpan(name, options, base);
  try {
    return await context.with(trace.setSpan(base, span), () => work(span));
  } catch (error) {
    markFailed(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Notes on a span what its work threw. */
export function markFailed(span: Span, error: unknown): void {
  if (error instanceof RuleBroken) {
    span.setAttributes({ 'faemban.outcome': 'refused', 'faemban.rule': error.rule });
    return;
  }
  const type = error instanceof Error ? error.name : typeof error;
  span.setAttributes({ 'faemban.outcome': 'failed', 'error.type': type });
  span.setStatus({ code: SpanStatusCode.ERROR, message: type });
}

/**
 * Does work that somebody asked for a while ago, such as a step of an import: it goes on with the trace that the event carries which asked
 * for it, not with that of whoever happened to wake the worker. `name` says what is done, without ids.
 */
export function inTraceOf<Result>(
  traceparent: string | undefined,
  name: string,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!isTracing()) return work();
  return inSpan(name, { parent: continued(traceparent, ROOT_CONTEXT) ?? ROOT_CONTEXT }, work);
}
