import { createMemoryPlatform } from '@faemban/event-sourcing/testing';
import { RuleBroken, WrongExpectedVersion, type CommandContext } from '@faemban/event-sourcing';
import { Controller, Get, Module, Post, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { z } from 'zod';
import { createServer, type Server } from '../server';
import { decodeCursor, encodeCursor, pageQuery } from './cursors';
import { jsonBodyBytesMax } from './fastify';
import { Problem } from './problem';
import { Taken } from './taken';
import { zodBody, zodParams, zodQuery } from './validation';

const parcel = z.strictObject({ label: z.string().max(20), pieces: z.number().int().min(1) });
const list = z.object({ ...pageQuery, colour: z.enum(['red', 'green']).optional() });

@Controller('parcels')
class ParcelsController {
  @Post()
  post(@zodBody(parcel) body: z.infer<typeof parcel>, @Taken() context: CommandContext) {
    return { body, context };
  }

  @Get()
  list(@zodQuery(list) query: z.infer<typeof list>) {
    const at = query.after === undefined ? 0 : decodeCursor(z.number(), query.after);
    return { at, limit: query.limit, next: encodeCursor(at + query.limit) };
  }

  @Get('refused/:how')
  refuse(
    @zodParams(z.object({ how: z.enum(['rule', 'version', 'problem', 'fault', 'busy']) })) { how }: { how: string },
  ) {
    if (how === 'rule') throw new RuleBroken('parcel-must-be-open', { th: 'พัสดุปิดแล้ว', en: 'The parcel is closed.' });
    if (how === 'version') throw new WrongExpectedVersion('parcel-1', 1, 2);
    if (how === 'problem') throw new Problem(404, 'parcel-unknown', { th: 'ไม่พบพัสดุ', en: 'There is no such parcel.' });
    if (how === 'busy') throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
    throw new Error('SELECT * FROM secret WHERE number = 1234567890123');
  }

  @Put('file')
  async file(@Req() request: FastifyRequest) {
    let bytes = 0;
    for await (const chunk of request.raw) bytes += (chunk as Buffer).length;
    return { bytes };
  }
}

@Module({ controllers: [ParcelsController] })
class ParcelsModule {}

let server: Server;
const operator = { id: 'somchai', name: 'สมชาย', office: 'district-8417', role: 'SEC-D' };

beforeAll(async () => {
  server = await createServer([ParcelsModule], {
    name: 'parcels',
    platform: createMemoryPlatform(),
    operators: [operator],
    port: 0,
  });
  await server.start();
});
afterAll(() => server.stop());

interface CallAnswer {
  readonly status: number;
  readonly type: string | null;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a server answers is looked at, not trusted
  readonly body: any;
}
const call = async (path: string, init?: RequestInit): Promise<CallAnswer> => {
  const response = await fetch(server.url + path, init);
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: text === '' ? undefined : JSON.parse(text),
  };
};
const post = (body: string, headers: Record<string, string> = {}) =>
  call('/parcels', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'faemban-operator': 'somchai', ...headers },
  });
const good = JSON.stringify({ label: 'rice', pieces: 2 });

describe('giving a command', () => {
  test('carries the operator, the idempotency key and the trace', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { status, body } = await post(good, { 'idempotency-key': 'key-1', traceparent });
    expect(status).toBe(201);
    expect(body.context).toMatchObject({
      commandId: 'key-1',
      traceparent,
      area: '',
      actor: { accountId: 'somchai', office: 'district-8417', role: 'SEC-D', channel: 'online' },
    });
  });

  test('gets an id of its own where no key is sent', async () => {
    const [first, second] = await Promise.all([post(good), post(good)]);
    expect(first.body.context.commandId).not.toBe(second.body.context.commandId);
  });

  test.each([
    ['without an operator', { 'faemban-operator': '' }, 400, 'operator-required'],
    ['by an operator nobody knows', { 'faemban-operator': 'mallory' }, 403, 'operator-unknown'],
    ['with a key of strange characters', { 'idempotency-key': 'a b' }, 400, 'idempotency-key-malformed'],
    ['with a key over the limit', { 'idempotency-key': 'k'.repeat(81) }, 400, 'idempotency-key-malformed'],
    ['by a channel of its own invention', { 'faemban-channel': 'policy' }, 400, 'channel-unknown'],
  ])('is refused %s', async (_case, headers, status, code) => {
    const answer = await post(good, headers as unknown as Record<string, string>);
    expect(answer).toMatchObject({ status, type: 'application/problem+json; charset=utf-8', body: { status, code } });
  });
});

describe('bad input', () => {
  test('is answered with every path that is wrong, and without the values', async () => {
    const { status, body } = await post(JSON.stringify({ label: 1234567890123, pieces: 0, '1101700203451': true }));
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'input-invalid', type: 'urn:faemban:problem:input-invalid' });
    expect(body.errors.map(({ path, code }: { path: string; code: string }) => [path, code])).toEqual([
      ['label', 'invalid_type'],
      ['pieces', 'too_small'],
      ['', 'unrecognized_keys'],
    ]);
    expect(JSON.stringify(body)).not.toMatch(/\d{13}/);
  });

  test.each([
    ['half-written JSON', '{"label": "ri', 400, 'request-malformed'],
    ['an empty body', '', 400, 'request-malformed'],
    ['a list', '[]', 400, 'input-invalid'],
    ['null', 'null', 400, 'input-invalid'],
    ['a prototype', '{"__proto__": {"a": 1}}', 400, 'request-malformed'],
  ])('of a body that is %s is a problem', async (_case, body, status, code) => {
    expect(await post(body)).toMatchObject({ status, body: { code } });
  });

  test('is over the limit at one byte more than 1 MiB, and not at 1 MiB', async () => {
    const bodyOf = (bytes: number): string => '"'.padEnd(bytes - 1, 'x') + '"';
    expect(await post(bodyOf(jsonBodyBytesMax))).toMatchObject({ status: 400, body: { code: 'input-invalid' } });
    expect(await post(bodyOf(jsonBodyBytesMax + 1))).toMatchObject({ status: 413, body: { code: 'body-too-large' } });
  });

  test.each(['application/xml', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'of the type %s is refused',
    async (type) => {
      expect(await post(good, { 'content-type': type })).toMatchObject({
        status: 415,
        body: { code: 'content-type-unsupported' },
      });
    },
  );

  test('as a file where JSON is expected is refused', async () => {
    expect(await post('a,b', { 'content-type': 'text/csv' })).toMatchObject({
      status: 415,
      body: { code: 'json-expected' },
    });
  });

  test('in the query is refused, unknown names too', async () => {
    expect(await call('/parcels?color=red')).toMatchObject({
      status: 400,
      body: { errors: [{ code: 'unrecognized_keys' }] },
    });
    expect(await call('/parcels?colour=blue')).toMatchObject({ status: 400, body: { errors: [{ path: 'colour' }] } });
    expect(await call('/parcels?limit=501')).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'limit', code: 'too_big' }] },
    });
    expect(await call('/parcels?after=xyz')).toMatchObject({ status: 400, body: { code: 'cursor-malformed' } });
    expect(await call('/parcels?limit=1&limit=2')).toMatchObject({ status: 400 });
  });

  test.each([
    ['/nowhere', 'GET'],
    ['/parcels', 'DELETE'],
    ['/parcels/%zz', 'GET'],
    [`/parcels/refused/${'x'.repeat(300)}`, 'GET'],
  ])('in the address %.30s (%s) is a problem', async (path, method) => {
    const { status, body, type } = await call(path, { method });
    expect(type).toBe('application/problem+json; charset=utf-8');
    expect([400, 404, 414]).toContain(status);
    expect(body.detail).toMatch(/[ก-๙]/);
  });

  test('that is not HTTP is answered as a problem', async () => {
    expect(await raw('NONSENSE\r\n\r\n')).toContain('"code":"request-unreadable"');
    expect(await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toContain(
      '"code":"headers-too-large"',
    );
  });
});

describe('a refusal', () => {
  test.each([
    ['rule', 409, 'parcel-must-be-open'],
    ['version', 409, 'wrong-expected-version'],
    ['problem', 404, 'parcel-unknown'],
  ])('by %s says what is possible', async (how, status, code) => {
    expect(await call(`/parcels/refused/${how}`)).toMatchObject({ status, body: { status, code } });
  });

  test('by a fault shows a reference and nothing of the inside', async () => {
    const { status, body } = await call('/parcels/refused/fault');
    expect(status).toBe(500);
    expect(body).toMatchObject({ code: 'fault', reference: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(JSON.stringify(body)).not.toMatch(/secret|SELECT|1234567890123/);
  });

  test('of what is only busy asks to come again', async () => {
    expect(await call('/parcels/refused/busy')).toMatchObject({ status: 503, body: { code: 'busy' } });
  });
});

describe('pages', () => {
  test('follow each other by cursor', async () => {
    const first = await call('/parcels?limit=10');
    expect(first.body).toMatchObject({ at: 0, limit: 10 });
    expect((await call(`/parcels?limit=10&after=${first.body.next}`)).body.at).toBe(10);
  });
});

describe('a file', () => {
  test('passes through as a stream, over the limit of JSON bodies', async () => {
    const body = Buffer.alloc(3 * jsonBodyBytesMax, 'a');
    for (const type of ['text/csv', 'text/csv; charset=utf-8', 'application/octet-stream']) {
      expect(await call('/parcels/file', { method: 'PUT', body, headers: { 'content-type': type } })).toMatchObject({
        status: 200,
        body: { bytes: body.length },
      });
    }
  });
});

describe('the address', () => {
  test('must be a name of this machine', async () => {
    const { port } = new URL(server.url);
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest({ port, path: '/health/live', headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject).end();
    });
    expect(answer).toBe(421);
  });
});

describe('the documentation', () => {
  test('lists every route with its schemas and headers', async () => {
    const { body } = await call('/docs/openapi.json');
    const { post: command } = body.paths['/parcels'];
    expect(command.requestBody.content['application/json'].schema).toMatchObject({
      properties: { pieces: { type: 'integer' } },
    });
    expect(command.parameters.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['Faemban-Operator', 'Idempotency-Key']),
    );
    const names = body.paths['/parcels'].get.parameters.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['after', 'limit', 'colour']));
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(['/health/ready', '/status', '/parked', '/metrics']),
    );
  });

  test('is a page for people too', async () => {
    const response = await fetch(`${server.url}/docs`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('swagger-ui');
  });
});

function raw(text: string): Promise<string> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
