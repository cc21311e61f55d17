import { contextNames, type ContextName } from '@faemban/contracts';
import { classify, verifyPartition, type LoggedEvent } from '@faemban/event-sourcing';
import {
  anAppend,
  createMemoryEvents,
  createMemoryPlatform,
  createTestClock,
  eventLogSuite,
  readAll,
  type MemoryPlatform,
} from '@faemban/event-sourcing/testing';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { createServer, type Server } from '../server';
import { httpLog, type HttpLogOptions } from './http-log';
import { logAnswerBytesMax } from './log-answers';

const token = 'a-token-of-more-than-thirty-two-characters';
const partitionCount = 4;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function serve(
  platform: MemoryPlatform,
  port = 0,
  contexts: readonly ContextName[] = ['ingestion'],
  host = '127.0.0.1',
): Promise<Server> {
  const server = await createServer([], {
    ...{ name: 'ingestion', platform: { ...platform, contexts }, operators: [], port, host },
    ...{ serviceToken: token, isPrivateNetwork: host !== '127.0.0.1' },
  });
  await server.start();
  closers.push(() => server.stop());
  return server;
}

const logAt = (urls: readonly string[], options: Partial<HttpLogOptions> = {}) =>
  httpLog({ context: 'ingestion', urls, token, partitionCount, ...options });

/** A whole log whose answers for `ingestion` come over HTTP. */
const asLog = (platform: MemoryPlatform, url: string) => ({ ...platform.log, ...logAt([url]) });

describe('a log over HTTP is a log', () => {
  eventLogSuite(
    async (options) => {
      const platform = createMemoryPlatform(options);
      const server = await serve(platform, 0, contextNames);
      const logs = contextNames.map((context) => [context, logAt([server.url], { context })] as const);
      const logOf = (asked: ContextName) => logs.find(([context]) => context === asked)?.[1] ?? platform.log;
      return {
        store: (context) => platform.store(context),
        log: {
          ...platform.log,
          heads: (context) => logOf(context).heads(context),
          read: (context, ...rest) => logOf(context).read(context, ...rest),
          places: (context, ...rest) => logOf(context).places(context, ...rest),
        },
        close: async () => undefined,
      };
    },
    { streams: 60 },
  );
});

describe('what is read over HTTP', () => {
  test('is what was recorded, whatever its data', async () => {
    const platform = createMemoryPlatform();
    const { url } = await serve(platform);
    const log = asLog(platform, url);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { minLength: 1, maxLength: 5 }), async (values) => {
        const { partition, lastSeq } = await platform.store('ingestion').append(anAppend({ values }));
        const [here, there] = await Promise.all([
          platform.log.read('ingestion', partition, lastSeq - values.length, values.length),
          log.read('ingestion', partition, lastSeq - values.length, values.length),
        ]);
        expect(there).toEqual(here);
        expect(JSON.stringify(there.map(({ data }) => data))).toBe(JSON.stringify(here.map(({ data }) => data)));
      }),
      { numRuns: 60 },
    );
    for (let partition = 0; partition < partitionCount; partition += 1) {
      await verifyPartition(log, 'ingestion', partition);
    }
  });

  test('is whole where it is more than one answer holds', async () => {
    const platform = createMemoryPlatform();
    const text = 'ก'.repeat(80_000);
    const [household] = [anAppend()];
    const count = 30;
    for (let index = 0; index < count; index += 1) {
      await platform.store('ingestion').append({
        ...anAppend({ values: [`${index} ${text}`] }),
        ...{ partitionOf: household.partitionOf, stream: household.stream, expectedVersion: 'any' },
      });
    }
    const { url } = await serve(platform);
    const { partition = 0 } = (await platform.log.heads('ingestion')).find(({ seq }) => seq > 0) ?? {};
    const answer = await fetch(`${url}/log/ingestion/${partition}/events`, {
      headers: { 'faemban-service-token': token },
    });
    const body = await answer.text();
    expect(body.length).toBeLessThan(logAnswerBytesMax);
    expect((JSON.parse(body) as { events: unknown[]; isCut: boolean }).isCut).toBe(true);
    const read = await asLog(platform, url).read('ingestion', partition, 0, 1000);
    expect(read.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  });

  test('goes on from page to page beyond a thousand', async () => {
    const platform = createMemoryPlatform({ partitionCount: 1 });
    await platform
      .store('ingestion')
      .appendMany(Array.from({ length: 1234 }, (_, index) => anAppend({ values: [index] })));
    const { url } = await serve(platform);
    const log = { ...platform.log, ...logAt([url], { partitionCount: 1 }) };
    expect(await log.read('ingestion', 0, 0, 5000)).toEqual(await platform.log.read('ingestion', 0, 0, 5000));
    const places = await log.places('ingestion', 0, 17, 5000);
    expect(places).toHaveLength(1234 - 17);
    expect(await platform.log.places('ingestion', 0, 17, 5000)).toEqual(
      places.map((place) => expect.objectContaining(place)),
    );
    expect((await readAll(log, 'ingestion', 1000)).length).toBe(1234);
  });
});

describe('where nobody answers', () => {
  test('is transient, within a bounded time', async () => {
    const failure = await logAt([await nobody()])
      .heads('ingestion')
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'PeerUnavailable' });
    expect(classify(failure)).toBe('transient');
    expect(String(failure)).toContain('ECONNREFUSED');
  });

  test('the next address is asked', async () => {
    const { url } = await serve(createMemoryPlatform());
    expect(await logAt([await nobody(), url]).heads('ingestion')).toHaveLength(partitionCount);
  });

  test('it goes on once the service is back', async () => {
    const platform = createMemoryPlatform();
    const first = await serve(platform);
    const log = logAt([first.url]);
    const heads = await log.heads('ingestion');
    await first.stop();
    await expect(log.heads('ingestion')).rejects.toMatchObject({ name: 'PeerUnavailable' });
    await serve(platform, Number(new URL(first.url).port));
    expect(await log.heads('ingestion')).toEqual(heads);
  });

  test('at one address of a name, the others are asked, and addresses may come and go', async () => {
    const platform = createMemoryPlatform();
    const starting = await answering((respond) => respond(503, '{"code":"starting"}'));
    const { port } = new URL(starting);
    let addresses = ['127.0.0.1'];
    const log = logAt([`http://ingestion.faemban:${port}`], { lookup: async () => addresses });
    const failure = await log.heads('ingestion').catch((error: unknown) => error);
    expect(classify(failure)).toBe('transient');
    expect(String(failure)).toContain('503 (starting)');
    const served = await serve(platform, Number(port), ['ingestion'], '127.0.0.2');
    addresses = ['127.0.0.1', '127.0.0.2'];
    let heads: unknown;
    while (heads === undefined) heads = await log.heads('ingestion').catch(() => undefined);
    expect(heads).toHaveLength(partitionCount);
    await served.stop();
    await serve(platform, Number(port), ['ingestion'], '127.0.0.3');
    addresses = ['127.0.0.3'];
    heads = undefined;
    while (heads === undefined) heads = await log.heads('ingestion').catch(() => undefined);
    expect(heads).toHaveLength(partitionCount);
  });

  test('because its name does not resolve, that is transient and said', async () => {
    const lookup = async (): Promise<never> => {
      throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
    };
    const failure = await logAt(['http://ingestion.faemban:8421'], { lookup })
      .heads('ingestion')
      .catch((error: unknown) => error);
    expect(classify(failure)).toBe('transient');
    expect(String(failure)).toContain('The name ingestion.faemban does not resolve (ENOTFOUND)');
  });

  test('in time, that is transient too', async () => {
    const silent = await answering(() => undefined);
    const failure = await logAt([silent], { requestMsMax: 50 })
      .heads('ingestion')
      .catch((error: unknown) => error);
    expect(classify(failure)).toBe('transient');
    expect(String(failure)).toContain('too long');
  });
});

describe('an answer that is not the log', () => {
  const good = async (): Promise<LoggedEvent[]> => {
    const { store, log } = createMemoryEvents({
      clock: createTestClock(),
      partitionCount: 1,
      ids: createMemoryPlatform().ids,
    });
    await store('ingestion').append(anAppend({ values: [1, 2] }));
    return [...(await log.read('ingestion', 0, 0, 10))];
  };
  const answerOf = (events: readonly object[]): string => JSON.stringify({ events, isCut: false });
  const readFrom = async (body: string, status = 200): Promise<unknown> => {
    const url = await answering((respond) => respond(status, body));
    return logAt([url], { partitionCount: 1 })
      .read('ingestion', 0, 0, 10)
      .catch((error: unknown) => error);
  };

  test('is told from one that is', async () => {
    const events = await good();
    expect(await readFrom(answerOf(events))).toEqual(events);
  });

  test.each<[string, (events: LoggedEvent[]) => string]>([
    ['is cut off', (events) => answerOf(events).slice(0, -20)],
    ['is a web page', () => '<html>'],
    ['is of another service', () => '{"status":"live"}'],
    ['has a field nobody knows', (events) => answerOf(events.map((event) => ({ ...event, more: 1 })))],
    ['lacks a field', (events) => answerOf(events.map(({ stream: _, ...event }) => event))],
  ])('is refused, to be asked again, where it %s', async (_case, body) => {
    const failure = await readFrom(body(await good()));
    expect(failure).toMatchObject({ name: 'PeerUnavailable' });
    expect(classify(failure)).toBe('transient');
  });

  test.each<[string, (events: LoggedEvent[]) => string]>([
    ['was altered', (events) => answerOf(events.map((event) => ({ ...event, data: { value: 3 } })))],
    ['is missing', (events) => answerOf(events.slice(1))],
    ['stands in another order', (events) => answerOf([...events].reverse())],
    ['is of another partition', (events) => answerOf(events.map((event) => ({ ...event, partition: 1 })))],
    ['is of another context', (events) => answerOf(events.map((event) => ({ ...event, context: 'reporting' })))],
  ])('is fatal where an event %s', async (_case, body) => {
    const failure = await readFrom(body(await good()));
    expect(failure).toMatchObject({ name: 'IntegrityViolation' });
    expect(classify(failure)).toBe('fatal');
  });

  test('is refused with its code, and nothing else of it', async () => {
    const failure = String(await readFrom('{"code":"log-not-here","detail":"1101700203451"}', 404));
    expect(failure).toContain('404 (log-not-here)');
    expect(failure).not.toContain('1101700203451');
  });

  test('is fatal where that log has another number of partitions', async () => {
    const { url } = await serve(createMemoryPlatform());
    const failure = await logAt([url], { partitionCount: 8 })
      .heads('ingestion')
      .catch((error: unknown) => error);
    expect(classify(failure)).toBe('fatal');
  });
});

describe('the internal routes', () => {
  const asked = async (path: string) => {
    const { url } = await serve(createMemoryPlatform());
    const answer = await fetch(url + path, { headers: { 'faemban-service-token': token } });
    return { status: answer.status, code: ((await answer.json()) as { code?: string }).code };
  };

  test.each([
    ['/log/reporting/heads', 404, 'log-not-here'],
    ['/log/reporting/0/events', 404, 'log-not-here'],
    ['/log/nowhere/heads', 400, 'input-invalid'],
    ['/log/ingestion/4/events', 404, 'partition-unknown'],
    ['/log/ingestion/-1/events', 400, 'input-invalid'],
    ['/log/ingestion/0.5/places', 400, 'input-invalid'],
    ['/log/ingestion/0/events?limit=1001', 400, 'input-invalid'],
    ['/log/ingestion/0/events?limit=0', 400, 'input-invalid'],
    ['/log/ingestion/0/events?after=-1', 400, 'input-invalid'],
    ['/log/ingestion/0/events?after=1e300', 400, 'input-invalid'],
    ['/log/ingestion/0/places?after=x', 400, 'input-invalid'],
    ['/log/ingestion/0/places?before=1', 400, 'input-invalid'],
  ])('refuse %s', async (path, status, code) => {
    expect(await asked(path)).toEqual({ status, code });
  });

  test('are in no OpenAPI document', async () => {
    const server = await serve(createMemoryPlatform());
    expect(Object.keys(server.openApi().paths).filter((path) => path.startsWith('/log'))).toEqual([]);
    expect(Object.keys(server.openApi().paths)).toContain('/status');
  });
});

/** An address of this machine at which nobody listens. */
async function nobody(): Promise<string> {
  const server = createHttpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return `http://127.0.0.1:${port}`;
}

/** A server of this test's own that answers everything the same way. */
async function answering(answer: (respond: (status: number, body: string) => void) => void): Promise<string> {
  const server: HttpServer = createHttpServer((_request, response) =>
    answer((status, body) => response.writeHead(status).end(body)),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
