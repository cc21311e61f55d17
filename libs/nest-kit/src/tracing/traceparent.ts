import {
  context,
  isSpanContextValid,
  trace,
  TraceFlags,
  type Context,
  type Link,
  type SpanContext,
} from '@opentelemetry/api';

/** A `traceparent` of W3C Trace Context as it is in version 00; others are read where they look the same. `ff` is no version. */
const form = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;
/** Links of one span, at most: what collectors take without cutting. */
const linksMax = 128;

/** A span as a `traceparent`; undefined where it belongs to no trace. */
export function traceparentOf(spanContext: SpanContext | undefined): string | undefined {
  if (spanContext === undefined || !isSpanContextValid(spanContext)) return undefined;
  const { traceId, spanId, traceFlags } = spanContext;
  return `00-${traceId}-${spanId}-${(traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0')}`;
}

/** The span that a `traceparent` names; undefined where it is not well-formed or names none. */
export function spanContextOf(traceparent: string | undefined): SpanContext | undefined {
  const [, traceId, spanId, flags] = form.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  const spanContext = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(spanContext) ? spanContext : undefined;
}

/** What was begun elsewhere goes on in this context; undefined where the `traceparent` names nothing. */
export function continued(traceparent: string | undefined, within: Context): Context | undefined {
  const spanContext = spanContextOf(traceparent);
  return spanContext && trace.setSpanContext(within, spanContext);
}

/** The span at work as a `traceparent`; undefined where there is none. */
export function activeTraceparent(): string | undefined {
  return traceparentOf(trace.getSpanContext(context.active()));
}

/** One link to each sampled trace that is named, to the span it is first named with. */
export function linksTo(traceparents: Iterable<string | undefined>): Link[] {
  const links = new Map<string, Link>();
  for (const traceparent of traceparents) {
    if (traceparent === undefined) continue;
    const spanContext = spanContextOf(traceparent);
    if (spanContext === undefined || spanContext.traceFlags !== TraceFlags.SAMPLED) continue;
    if (!links.has(spanContext.traceId)) links.set(spanContext.traceId, { context: spanContext });
    if (links.size === linksMax) break;
  }
  return [...links.values()];
}
