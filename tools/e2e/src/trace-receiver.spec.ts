import { startTelemetry, type Telemetry } from '@faemban/telemetry';
import { context, ROOT_CONTEXT, trace, type Span } from '@opentelemetry/api';
import { causedBy, followTrace, TraceReceiver, type SentSpan } from './trace-receiver';

let receiver: TraceReceiver;
let telemetry: Telemetry;
const saved = { ...process.env };

beforeEach(async () => {
  receiver = await TraceReceiver.start();
  // The SDK reads its own variables from the process.
  Object.assign(process.env, receiver.environment);
  const about = { service: 'ingestion', version: '0.1.0', instance: 'one' };
  telemetry = startTelemetry({ ...about, environment: receiver.environment, say: (said) => fail(said.message) });
});
afterEach(async () => {
  await telemetry.stop();
  trace.disable();
  context.disable();
  for (const name of Object.keys(receiver.environment)) delete process.env[name];
  Object.assign(process.env, saved);
  await receiver.stop();
});

const fail = (message: string): never => {
  throw new Error(message);
};
const tracer = () => trace.getTracer('test');
const below = (name: string, parent: Span) =>
  tracer().startSpan(name, {}, trace.setSpanContext(ROOT_CONTEXT, parent.spanContext()));

describe('the receiver of traces', () => {
  test('keeps what the real exporter sends: names, parents, links, attributes, failures, and whose they are', async () => {
    const request = tracer().startSpan('POST /imports', { kind: 1, attributes: { 'http.route': '/imports', rows: 3 } });
    const command = below('command OpenImport', request);
    const batch = tracer().startSpan('apply imports', { root: true, links: [{ context: command.spanContext() }] });
    batch.setStatus({ code: 2, message: 'Error' });
    for (const span of [command, batch, request]) span.end();
    await receiver.until((spans) => spans.length === 3);
    const [kept = fail('none')] = receiver.spans.filter(({ name }) => name === 'command OpenImport');
    expect(kept).toMatchObject({
      service: 'ingestion',
      instance: 'one',
      traceId: request.spanContext().traceId,
      parentSpanId: request.spanContext().spanId,
      isFailed: false,
    });
    expect(receiver.spans.find(({ name }) => name === 'POST /imports')).toMatchObject({
      parentSpanId: undefined,
      kind: 2,
      attributes: { 'http.route': '/imports', rows: 3 },
    });
    expect(receiver.spans.find(({ name }) => name === 'apply imports')).toMatchObject({
      links: [{ traceId: kept.traceId, spanId: kept.spanId }],
      isFailed: true,
    });
    expect(causedBy(receiver.spans, kept.traceId)).toHaveLength(3);
    expect(receiver.refused).toEqual([]);
  });

  test('refuses what is no trace, and remembers that', async () => {
    expect((await fetch(`${receiver.url}/v1/traces`, { method: 'POST', body: 'no json' })).status).toBe(400);
    expect((await fetch(`${receiver.url}/v1/metrics`, { method: 'POST', body: '{}' })).status).toBe(400);
    expect(receiver.refused).toHaveLength(2);
    await expect(receiver.until((spans) => spans.length > 0, 50)).rejects.toThrow('Received after 50 ms: nothing.');
  });
});

describe('following one trace through processes', () => {
  const spanOf = (service: string, name: string, ids: Partial<SentSpan>): SentSpan => ({
    ...{ service, name, instance: '', kind: 1, traceId: 't1', spanId: name, parentSpanId: undefined },
    ...{ links: [], attributes: {}, isFailed: false, ...ids },
  });
  const spans = [
    spanOf('reporting', 'apply area-figures', { traceId: 't3', links: [{ traceId: 't2', spanId: 'append' }] }),
    spanOf('mpi-scoring', 'append', { traceId: 't2', parentSpanId: 'command Score' }),
    spanOf('mpi-scoring', 'command Score', { traceId: 't2', parentSpanId: 'policy score' }),
    spanOf('mpi-scoring', 'policy score', { traceId: 't2', parentSpanId: 'commands household' }),
    spanOf('ingestion', 'commands household', { traceId: 't2', links: [{ traceId: 't1', spanId: 'POST /approval' }] }),
    spanOf('ingestion', 'POST /approval', {}),
    spanOf('reporting', 'apply household-list', { traceId: 't4', links: [{ traceId: 't9', spanId: 'other' }] }),
  ];
  const steps = [
    { service: 'ingestion', name: 'POST /approval' },
    { service: 'mpi-scoring', name: /^policy / },
    { service: 'reporting', name: 'apply area-figures' },
  ];

  test('finds the steps, nested or linked, in any order of arrival', () => {
    const names = ['POST /approval', 'policy score', 'apply area-figures'];
    expect(followTrace(spans, steps).map(({ name }) => name)).toEqual(names);
    expect(followTrace([...spans].reverse(), steps).map(({ name }) => name)).toEqual(names);
  });

  test('says which trace is not there where a process does not go on with it', () => {
    const broken = spans.map((span) =>
      span.name === 'policy score' ? { ...span, traceId: 't8', parentSpanId: undefined } : span,
    );
    expect(() => followTrace(broken, steps)).toThrow(
      'No trace goes ingestion: POST /approval (1 anywhere) → mpi-scoring: /^policy / (1 anywhere) → reporting: apply area-figures (1 anywhere).',
    );
    const other = [...steps.slice(0, 2), { service: 'reporting', name: 'apply household-list' }];
    expect(() => followTrace(spans, other)).toThrow('No trace goes');
  });

  test('takes what one trace caused, over links in either process', () => {
    expect(causedBy(spans, 't1').map(({ traceId }) => traceId)).toEqual(['t3', 't2', 't2', 't2', 't2', 't1']);
    expect(causedBy(spans, 't9').map(({ name }) => name)).toEqual(['apply household-list']);
  });
});
