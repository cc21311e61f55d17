import type { CommandHandler } from '@faemban/event-sourcing';
import { createMemoryPlatform, type MemoryPlatform } from '@faemban/event-sourcing/testing';
import { SpanKind } from '@opentelemetry/api';
import { randomUUID } from 'node:crypto';
import { commandHandlerToken } from '../contexts/tokens';
import { createLogger } from '../operations/logs';
import { cases as caseAggregate, CasesServer, type OpenCase } from '../testing/cases-server';
import { RecordedSpans } from '../testing/recorded-spans';
import { inSpan, inTraceOf } from './spans';
import { traceCall } from './trace-calls';
import { batchObserver } from './trace-followers';

let platform: MemoryPlatform;
let spans: RecordedSpans;
let cases: CasesServer;

beforeEach(async () => {
  spans = new RecordedSpans();
  platform = createMemoryPlatform();
  cases = await CasesServer.start(platform);
});
afterEach(async () => {
  await cases.server.stop();
  spans.stop();
});

const eventOf = async (stream: string) => (await platform.store('case-management').load(stream))[0];

describe('one trace', () => {
  test('goes from a request through its append to the policy that answers, and views are linked to it', async () => {
    const householdId = randomUUID();
    await cases.open({ householdId });
    await cases.server.settled();
    const request = spans.the('POST /cases');
    const command = spans.the('command OpenCase');
    const [append, noticeAppend] = spans.named('append case-management');
    const policy = spans.the('policy notify-of-case');
    const notice = spans.the('command SendNotice');
    expect(request).toMatchObject({ kind: SpanKind.SERVER, parentSpanId: undefined });
    expect(command).toMatchObject({
      parentSpanId: request.spanId,
      attributes: { 'faemban.aggregate': 'case', 'faemban.outcome': 'recorded', 'faemban.events': 1 },
    });
    expect(append).toMatchObject({ parentSpanId: command.spanId, kind: SpanKind.PRODUCER });
    expect(policy.parentSpanId).toBe(command.spanId);
    expect(notice.parentSpanId).toBe(policy.spanId);
    expect(noticeAppend?.parentSpanId).toBe(notice.spanId);
    const nested = [request, command, append, policy, notice, noticeAppend].map((span) => span?.traceId);
    expect(new Set(nested)).toEqual(new Set([request.traceId]));
    for (const view of ['apply case-rows', 'apply case-counts']) {
      for (const batch of spans.named(view)) {
        expect(batch).toMatchObject({ linkedTraceIds: [request.traceId], parentSpanId: undefined });
        expect(batch.traceId).not.toBe(request.traceId);
      }
      expect(spans.named(view).length).toBeGreaterThan(0);
    }
  });

  test('is noted in the events, so that another process can go on with it', async () => {
    const householdId = randomUUID();
    await cases.open({ householdId });
    await cases.server.settled();
    const { traceId } = spans.the('POST /cases');
    const opened = await eventOf(`case-${householdId}`);
    const notice = await eventOf(`notice-${householdId}`);
    expect(opened?.traceparent).toBe(`00-${traceId}-${spans.the('command OpenCase').spanId}-01`);
    expect(notice?.traceparent).toBe(`00-${traceId}-${spans.the('command SendNotice').spanId}-01`);
  });

  test('is the caller’s where he sends one, and what he does not want kept is not', async () => {
    const open = (traceparent: string) =>
      fetch(`${cases.url}/cases`, {
        method: 'POST',
        body: JSON.stringify({ householdId: randomUUID(), openedOn: '2018-06-01' }),
        headers: { 'content-type': 'application/json', 'faemban-operator': 'somchai', traceparent },
      });
    await open(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`);
    await open(`00-${'c'.repeat(32)}-${'d'.repeat(16)}-00`);
    await open('nonsense');
    await cases.server.settled();
    const requests = spans.named('POST /cases');
    expect(requests).toHaveLength(2);
    expect(requests[0]).toMatchObject({ traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) });
    expect(requests[1]).toMatchObject({ parentSpanId: undefined });
    expect(spans.all().filter(({ traceId }) => traceId === 'c'.repeat(32))).toEqual([]);
  });

  test('of many commands at once is their own, linked to the one that asked', async () => {
    const handler = cases.server.app.get<CommandHandler<OpenCase>>(commandHandlerToken(caseAggregate), {
      strict: false,
    });
    const list = ['8417', '8418'].map((area) => ({
      command: { type: 'OpenCase' as const, householdId: randomUUID(), openedOn: '2018-06-01', urgent: false },
      context: {
        commandId: platform.ids.next(),
        actor: { accountId: 'somchai', office: 'district-8417', role: 'SEC-D', channel: 'import' as const },
        area,
        occurredAt: '2018-06-01T00:00:00.000Z',
        correlationId: 'import-1',
      },
    }));
    await inSpan('import', {}, () => handler.handleMany(list));
    await cases.server.settled();
    const asked = spans.the('import');
    const batch = spans.the('commands case');
    expect(batch).toMatchObject({ linkedTraceIds: [asked.traceId], attributes: { 'faemban.commands': 2 } });
    expect(batch.traceId).not.toBe(asked.traceId);
    expect(spans.named('policy notify-of-case').map(({ traceId }) => traceId)).toEqual([batch.traceId, batch.traceId]);
  });

  test('goes on with the call of another process, whose header names the span of the call', async () => {
    const call = { peer: 'vault', method: 'POST', route: '/persons/:personId' };
    let sent: Readonly<Record<string, string>> = {};
    const answer = (headers: Readonly<Record<string, string>>) => {
      sent = headers;
      return Promise.resolve({ status: 200 });
    };
    await inSpan('import', {}, () => traceCall(call, answer));
    const made = spans.the('POST /persons/:personId');
    expect(made).toMatchObject({ kind: SpanKind.CLIENT, parentSpanId: spans.the('import').spanId });
    expect(sent).toEqual({ traceparent: `00-${made.traceId}-${made.spanId}-01` });
    await traceCall(call, answer);
    expect(sent).toEqual({});
    expect(spans.named('POST /persons/:personId')).toHaveLength(1);
  });
});

describe('work that was asked for earlier', () => {
  test('goes on with the trace of what asked for it, not of whoever woke the worker', async () => {
    const asked = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await inSpan('somebody else', {}, () => inTraceOf(asked, 'import applying', () => Promise.resolve()));
    expect(spans.the('import applying')).toMatchObject({ traceId: 'a'.repeat(32), parentSpanId: 'b'.repeat(16) });
    await inSpan('another', {}, () => inTraceOf(undefined, 'import validating', () => Promise.resolve()));
    expect(spans.the('import validating').parentSpanId).toBeUndefined();
  });
});

describe('what happened', () => {
  test('is told by outcome and rule, never by what was typed', async () => {
    const householdId = randomUUID();
    await cases.open({ householdId, openedOn: '2999-01-01' });
    await cases.open({ householdId: '0bad0bad-0000-4000-8000-000000000000' });
    await fetch(`${cases.url}/cases/${householdId}?who=สมหญิง`);
    await fetch(`${cases.url}/nowhere/${householdId}`);
    await cases.server.settled();
    const [refused] = spans.named('command OpenCase');
    expect(refused?.attributes).toMatchObject({ 'faemban.outcome': 'refused', 'faemban.rule': 'day-must-be-past' });
    expect(spans.the('command SendNotice').attributes).toMatchObject({
      'faemban.outcome': 'failed',
      'error.type': 'TypeError',
    });
    expect(spans.the('GET /cases/:householdId').attributes).toMatchObject({ 'http.response.status_code': 200 });
    expect(spans.named('GET unmatched')).toHaveLength(1);
    const text = JSON.stringify(spans.all());
    expect(text).not.toMatch(new RegExp(`${householdId}|0bad0bad|สมหญิง|nobody to tell|somchai`));
  });

  test('is not told of the looks that machines take every few seconds', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics']) await fetch(cases.url + path);
    expect(spans.all()).toEqual([]);
  });

  test('has no span of a batch whose events belong to no trace that is kept', async () => {
    const observe = batchObserver();
    const batch = { what: 'publish', name: 'topic', context: 'ingestion', partition: 3 } as const;
    const kept = `00-${'e'.repeat(32)}-${'f'.repeat(16)}`;
    expect(
      await observe({ ...batch, events: [{ seq: 1 }, { seq: 2, traceparent: `${kept}-00` }] }, () =>
        Promise.resolve(7),
      ),
    ).toBe(7);
    expect(spans.all()).toEqual([]);
    const events = [1, 2, 3].map((seq) => ({ seq, traceparent: `${kept}-01` }));
    await expect(observe({ ...batch, events }, () => Promise.reject(new TypeError('lost')))).rejects.toThrow('lost');
    expect(spans.the('publish topic')).toMatchObject({
      linkedTraceIds: ['e'.repeat(32)],
      attributes: { 'faemban.events': 3, 'faemban.partition': 3, 'error.type': 'TypeError' },
    });
  });
});

test('log lines name the trace and the span at work, and only then', async () => {
  const lines: string[] = [];
  const log = createLogger('test', 'info', { write: (line) => void lines.push(line) });
  log.info('before');
  await inSpan('work', {}, async () => log.info('inside'));
  const { traceId, spanId } = spans.the('work');
  const [before, inside] = lines.map((line) => JSON.parse(line) as object);
  expect(before).not.toHaveProperty('trace_id');
  expect(inside).toMatchObject({ trace_id: traceId, span_id: spanId });
});

test('the line of a request names its trace', async () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  await cases.server.stop();
  cases = await CasesServer.start(platform, createLogger('test', 'debug', destination));
  await cases.get('/cases/all');
  const line = lines.find((one) => one.includes('"/cases/all"') && one.includes('request'));
  expect(JSON.parse(line ?? '{}')).toMatchObject({ trace_id: spans.the('GET /cases/all').traceId });
});
