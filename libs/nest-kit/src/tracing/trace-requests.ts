import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Span } from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { machineRoutes } from '../http/machine-routes';
import { isTracing, tracer } from './spans';
import { continued } from './traceparent';

/**
 * A span for every request, named by its route, never by its address, which may hold what a caller typed. It goes on with the caller's
 * `traceparent`, and what the route does goes on with it. Register it before hooks whose log lines should carry the trace.
 */
export function traceRequests(fastify: FastifyInstance): void {
  if (!isTracing()) return;
  const spans = new WeakMap<FastifyRequest, { readonly span: Span; readonly inside: Context }>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { method } = request;
    const route = request.routeOptions.url ?? 'unmatched';
    if (machineRoutes.has(route)) return done();
    const parent = continued(headerOf(request), ROOT_CONTEXT) ?? ROOT_CONTEXT;
    const attributes = { 'http.request.method': method, 'http.route': route };
    const span = tracer().startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, parent);
    const inside = trace.setSpan(parent, span);
    spans.set(request, { span, inside });
    context.with(inside, done);
  });
  // Reading a body leaves the context in which the request came.
  fastify.addHook('preHandler', (request, _reply, done) => {
    context.with(spans.get(request)?.inside ?? ROOT_CONTEXT, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const traced = spans.get(request);
    if (traced === undefined) return done();
    traced.span.setAttribute('http.response.status_code', reply.statusCode);
    if (reply.statusCode >= 500) traced.span.setStatus({ code: SpanStatusCode.ERROR });
    traced.span.end();
    context.with(traced.inside, done);
  });
}

function headerOf({ headers }: FastifyRequest): string | undefined {
  const value = headers['traceparent'];
  return Array.isArray(value) ? value[0] : value;
}
