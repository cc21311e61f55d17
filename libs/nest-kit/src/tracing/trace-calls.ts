import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { inSpan } from './spans';
import { activeTraceparent } from './traceparent';

/** A call of another process: whom, how, and by which route (a template, never the address itself). */
export interface OutgoingCall {
  readonly peer: string;
  readonly method: string;
  readonly route: string;
}

/**
 * Calls another process within the trace at work: a span round the call, and the `traceparent` header to send along. Where no trace is at
 * work (no telemetry, or a routine look at a neighbour's log) there is neither.
 *
 * @example
 * const response = await traceCall({ peer: 'ingestion', method: 'GET', route: '/log/:context/heads' }, (trace) =>
 *   fetch(url, { headers: { ...headers, ...trace } }));
 */
export async function traceCall<Answer extends { readonly status: number }>(
  { peer, method, route }: OutgoingCall,
  call: (headers: Readonly<Record<string, string>>) => Promise<Answer>,
): Promise<Answer> {
  if (trace.getSpanContext(context.active()) === undefined) return call({});
  const attributes = { 'http.request.method': method, 'url.template': route, 'faemban.peer': peer };
  return inSpan(`${method} ${route}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    const traceparent = activeTraceparent();
    const answer = await call(traceparent === undefined ? {} : { traceparent });
    span.setAttribute('http.response.status_code', answer.status);
    if (answer.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    return answer;
  });
}
