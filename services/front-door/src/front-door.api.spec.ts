import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { frontDoorConfigSchema, type FrontDoorConfig } from './config';
import { createFrontDoor, type FrontDoor } from './front-door';
import { serviceNames } from './routes';
import { Backend } from './testing/backend';

const token = 'a-token-of-more-than-thirty-two-characters';

let first: Backend;
let second: Backend;
let others: Backend;
let door: FrontDoor;
const opened: FrontDoor[] = [];

async function open(change: Partial<FrontDoorConfig> = {}): Promise<FrontDoor> {
  const config = frontDoorConfigSchema.parse({
    ...{ port: 0, serviceToken: token, logLevel: 'silent', drainMsMax: 2000 },
    ingestionUrl: `${first.url},${second.url}`,
    ...{ identityVerificationUrl: others.url, mpiScoringUrl: others.url, reportingUrl: others.url },
  });
  const made = await createFrontDoor({ ...config, ...change });
  opened.push(made);
  await made.start();
  return made;
}

beforeEach(async () => {
  [first, second, others] = await Promise.all([new Backend().start(), new Backend().start(), new Backend().start()]);
  door = await open();
});
afterEach(async () => {
  for (const each of opened.splice(0)) await each.stop();
  await Promise.all([first.stop(), second.stop(), others.stop()]);
});

interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly code: unknown;
}

/** A request written out as it is, with an address that nobody tidies up. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET', body?: string): Promise<Told> {
  const { port } = new URL(door.url);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (piece: Buffer) => (text += piece.toString()));
      response.on('error', reject);
      response.on('end', () => {
        const code = text.startsWith('{') ? (JSON.parse(text) as { code?: unknown }).code : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, code });
      });
    });
    sent.on('error', reject).end(body);
  });
}

const reached = (): string[] => [...first.asked, ...second.asked, ...others.asked].map(({ url }) => url);

describe('what comes from outside', () => {
  test.each([
    '/log/ingestion/heads',
    '/vault/persons',
    '/imports/../vault/lookups',
    '/imports/%2e%2e/log/ingestion/heads',
    '/imports\\..\\vault/lookups',
    '//vault/lookups',
    '/unknown',
    '/',
  ])('%s reaches nobody', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 404, code: 'not-found' });
    expect(reached()).toEqual([]);
  });

  test('carries no service token but ours, and where it came from', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await ask('/persons/1?a=%20b', {
      ...{ 'faemban-service-token': 'theirs', 'x-forwarded-for': '10.9.9.9', traceparent },
      'faemban-operator': 'somchai',
    });
    expect(others.asked[0]).toMatchObject({
      url: '/persons/1?a=%20b',
      headers: {
        'faemban-service-token': token,
        'faemban-operator': 'somchai',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-host': new URL(door.url).host,
        'x-forwarded-proto': 'http',
        traceparent,
      },
    });
  });

  test('under a foreign name is refused', async () => {
    expect(await ask('/imports', { host: 'evil.example' })).toMatchObject({ status: 421, code: 'host-not-known' });
    expect(reached()).toEqual([]);
  });

  test('in a private network may use addresses and the names that were given', async () => {
    door = await open({ privateNetwork: true, publicNames: ['faemban.example'], host: '0.0.0.0' });
    const statuses = ['10.1.2.3:8420', '[fd00::1]:8420', 'faemban.example', 'FAEMBAN.example:80', 'evil.example'].map(
      async (host) => (await ask('/imports', { host })).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 200, 421]);
  });

  test('is not let in beyond this machine unless the network is private', async () => {
    await expect(open({ host: '0.0.0.0' })).rejects.toThrow('FAEMBAN_PRIVATE_NETWORK');
  });
});

describe('several addresses of a service', () => {
  test('take turns', async () => {
    for (let count = 0; count < 6; count += 1) await ask('/imports');
    expect([first.asked.length, second.asked.length]).toEqual([3, 3]);
  });

  test('of which one has gone are one fewer, for reading and for commands, and are two again when it is back', async () => {
    await first.stop();
    const statuses = [];
    for (let count = 0; count < 4; count += 1) {
      statuses.push((await ask('/imports', { 'content-type': 'application/json' }, 'POST', `{"n":${count}}`)).status);
      statuses.push((await ask('/imports')).status);
    }
    expect(statuses).toEqual(Array.from({ length: 8 }, () => 200));
    await first.start();
    while (first.asked.length === 0) await ask('/imports');
  });

  test('of which one says that it is not ready leave it in peace, and ready says why', async () => {
    const waitingFor = { th: 'รอฐานข้อมูล', en: 'Waiting for the database.' };
    first.readiness = { status: 503, body: { checks: [{ name: 'database', ready: false, waitingFor }] } };
    const noted = async () => (await ask('/health/ready')).body.includes('Waiting for the database.');
    while (!(await noted())) await new Promise((resolve) => setImmediate(resolve));
    first.asked.length = 0;
    for (let count = 0; count < 4; count += 1) await ask('/imports');
    expect([first.asked.length, second.asked.length >= 4]).toEqual([0, true]);
    expect((await ask('/health/ready')).status).toBe(200);
  });

  test('of which one is busy for a while are still two, and one where it stays silent', async () => {
    const silent: ServerResponse[] = [];
    first.readinessAnswer = (response) => void silent.push(response);
    while (silent.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    first.asked.length = 0;
    for (let count = 0; count < 4; count += 1) await ask('/imports');
    expect(first.asked.length).toBe(2);
    while (!(await ask('/health/ready')).body.includes('no answer from')) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    first.asked.length = 0;
    for (let count = 0; count < 4; count += 1) await ask('/imports');
    expect(first.asked.length).toBe(0);
  });

  test('of which none is there are a 503 that names the service, and ready names it too', async () => {
    await Promise.all([first.stop(), second.stop()]);
    const refused = await ask('/imports', { 'content-type': 'text/csv' }, 'POST', 'x'.repeat(100_000));
    expect(refused).toMatchObject({ status: 503, code: 'service-not-ready', headers: { 'retry-after': '1' } });
    expect(refused.body).toContain('The service ingestion is not ready');
    const ready = await ask('/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.body).toContain('Waiting for the service ingestion');
    expect((await ask('/persons/1')).status).toBe(200);
  });
});

describe('a service that is cut off', () => {
  test('after it may have taken a command is a 502 that says what is possible, and the command goes nowhere else', async () => {
    for (const backend of [first, second]) backend.answer = (request) => request.socket.destroy();
    const answer = await ask('/imports', { 'content-type': 'application/json' }, 'POST', '{}');
    expect(answer).toMatchObject({ status: 502, code: 'service-gave-no-answer' });
    expect(answer.body).toContain('Idempotency-Key');
    expect(first.asked.length + second.asked.length).toBe(1);
  });

  test('while it is only read is asked again elsewhere', async () => {
    first.answer = (request) => request.socket.destroy();
    expect((await ask('/imports')).status).toBe(200);
    expect((await ask('/imports')).status).toBe(200);
    expect(second.asked.length).toBe(2);
  });

  test('in the midst of an answer cuts the answer', async () => {
    others.answer = (request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('begun');
      setImmediate(() => request.socket.destroy());
    };
    await expect(ask('/persons/1')).rejects.toThrow();
  });
});

describe('streams', () => {
  test('an upload is handed on while it comes, as it is', async () => {
    const pieces: number[] = [];
    const begun = Promise.withResolvers<void>();
    for (const backend of [first, second]) {
      backend.answer = (request, response) => {
        begun.resolve();
        request.on('data', (piece: Buffer) => pieces.push(piece.length));
        request.on('end', () => response.end(String(pieces.reduce((sum, length) => sum + length, 0))));
      };
    }
    const { port } = new URL(door.url);
    const sent = httpRequest({
      ...{ host: '127.0.0.1', port, path: '/imports/1/files/households', method: 'PUT' },
      headers: { 'content-type': 'text/csv', 'transfer-encoding': 'chunked' },
    });
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    sent.write('x'.repeat(100_000));
    await begun.promise;
    for (let count = 0; count < 50; count += 1) {
      if (!sent.write(Buffer.alloc(1_000_000))) await once(sent, 'drain');
    }
    sent.end();
    const [response] = await answered;
    let text = '';
    for await (const piece of response) text += String(piece);
    expect(Number(text)).toBe(50_100_000);
    expect([...first.asked, ...second.asked][0]?.headers['content-type']).toBe('text/csv');
  });

  test('an upload that a service refuses early is refused with its words', async () => {
    for (const backend of [first, second]) {
      backend.answer = (_request, response) => void response.writeHead(409).end('{"code":"import-not-receiving"}');
    }
    const answer = await ask('/imports/1/files/a', { 'content-type': 'text/csv' }, 'PUT', 'x'.repeat(5_000_000));
    expect(answer).toMatchObject({ status: 409, code: 'import-not-receiving' });
  });

  test('a caller that expects to be told to go on is', async () => {
    const headers = { 'content-type': 'text/csv', expect: '100-continue', 'content-length': '4' };
    expect(await ask('/imports/1/files/a', headers, 'PUT', 'abcd')).toMatchObject({ status: 200 });
  });

  test('a caller that breaks off an upload breaks it off at the service too', async () => {
    const broken = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    for (const backend of [first, second]) {
      backend.answer = (request) => {
        begun.resolve();
        request
          .on('data', () => undefined)
          .on('error', () => broken.resolve())
          .on('aborted', () => broken.resolve());
      };
    }
    const { port } = new URL(door.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'PUT /imports/1/files/a HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: 1000\r\n\r\nbegun',
    );
    await begun.promise;
    socket.destroy();
    await broken.promise;
    expect((await ask('/persons/1')).status).toBe(200);
  });

  test('events come one by one, for as long as they do', async () => {
    let tell: (line: string) => void = () => undefined;
    others.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      tell = (line) => void response.write(`data: ${line}\n\n`);
    };
    const response = await fetch(`${door.url}/figures`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body?.getReader();
    for (const line of ['one', 'two']) {
      tell(line);
      const { value } = (await reader?.read()) ?? {};
      expect(new TextDecoder().decode(value)).toBe(`data: ${line}\n\n`);
    }
    await reader?.cancel();
  });

  test('an answer that says to come back later is handed on at once', async () => {
    others.answer = (_request, response) =>
      void response
        .writeHead(503, { 'retry-after': '30', 'content-type': 'application/problem+json' })
        .end('{"code":"busy"}');
    expect(await ask('/figures')).toMatchObject({ status: 503, code: 'busy', headers: { 'retry-after': '30' } });
    expect(others.asked).toHaveLength(1);
  });
});

describe('stopping', () => {
  test('lets a request under way finish', async () => {
    const entered = Promise.withResolvers<ServerResponse>();
    others.answer = (_request, response) => entered.resolve(response);
    const answer = ask('/figures');
    const response = await entered.promise;
    const stopped = door.stop();
    response.end('done');
    expect((await answer).body).toBe('done');
    expect(await stopped).toBe('drained');
    await expect(ask('/figures')).rejects.toThrow();
  });

  test('cuts what is still open at the limit', async () => {
    door = await open({ drainMsMax: 50 });
    const entered = Promise.withResolvers<void>();
    others.answer = () => entered.resolve();
    const answer = ask('/figures').catch(() => 'cut');
    await entered.promise;
    expect(await door.stop()).toBe('cut');
    expect(await answer).toBe('cut');
  });
});

test('the front door tells its own metrics', async () => {
  await ask('/imports');
  const { body } = await ask('/metrics');
  expect(body).toContain('faemban_front_door_instances{service="ingestion",ready="true"} 2');
  expect(body).toContain('route="/imports"');
  expect(serviceNames.every((service) => body.includes(`service="${service}"`))).toBe(true);
});
