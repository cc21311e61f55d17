import { createMemoryPlatform } from '@faemban/event-sourcing/testing';
import { request as httpRequest } from 'node:http';
import { StartRefused } from '../config';
import { createServer, type Server, type ServerOptions } from '../server';
import { serviceTokenHeader } from './service-token';

const serviceToken = 'a-token-of-more-than-thirty-two-characters';
const opened: Server[] = [];
const make = async (options: Partial<ServerOptions>): Promise<Server> => {
  const server = await createServer([], {
    name: 'peer',
    platform: createMemoryPlatform(),
    operators: [],
    port: 0,
    ...options,
  });
  opened.push(server);
  return server;
};
const started = async (options: Partial<ServerOptions>): Promise<Server> => {
  const server = await make(options);
  await server.start();
  return server;
};
afterEach(async () => {
  for (const server of opened.splice(0)) await server.stop();
});

/** A request whose Host header may say anything. */
function ask(
  server: Server,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; code: unknown }> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port, path, headers }, (response) => {
      let text = '';
      response.on('data', (piece: Buffer) => (text += piece.toString()));
      response.on('end', () => {
        const code = text.startsWith('{') ? (JSON.parse(text) as { code?: unknown }).code : undefined;
        resolve({ status: response.statusCode ?? 0, code });
      });
    })
      .on('error', reject)
      .end();
  });
}

describe('a server with a service token', () => {
  test.each(['/status', '/docs/openapi.json', '/log/ingestion/heads', '/nowhere', '//health/live', '/health/live/'])(
    'refuses %s without it, whether that exists or not',
    async (path) => {
      const server = await started({ serviceToken });
      expect(await ask(server, path)).toEqual({ status: 401, code: 'service-token-required' });
    },
  );

  test.each([
    ['another one', 'another-token-of-more-than-thirty-two-char'],
    ['the beginning of it', serviceToken.slice(0, -1)],
    ['it with more behind', `${serviceToken}x`],
    ['it twice', `${serviceToken}, ${serviceToken}`],
    ['an empty one', ''],
  ])('refuses %s', async (_what, token) => {
    const server = await started({ serviceToken });
    expect(await ask(server, '/status', { [serviceTokenHeader]: token })).toMatchObject({ status: 401 });
  });

  test('answers with it', async () => {
    const server = await started({ serviceToken });
    expect(await ask(server, '/status', { [serviceTokenHeader]: serviceToken })).toMatchObject({ status: 200 });
  });

  test.each(['/health/live', '/health/ready', '/metrics'])('answers %s to everybody', async (path) => {
    const server = await started({ serviceToken });
    await server.settled();
    expect(await ask(server, path)).toMatchObject({ status: 200 });
  });

  test('still refuses foreign names on a loopback address', async () => {
    const server = await started({ serviceToken });
    const headers = { host: 'evil.example', [serviceTokenHeader]: serviceToken };
    expect(await ask(server, '/status', headers)).toEqual({ status: 421, code: 'host-not-local' });
  });

  test('does not start with a short one', async () => {
    await expect(make({ serviceToken: 'short' })).rejects.toThrow('32 characters');
  });
});

describe('a server in a private network', () => {
  test('listens on every address, and answers under any name to who has the token', async () => {
    const server = await started({ serviceToken, isPrivateNetwork: true, host: '0.0.0.0' });
    const headers = { host: 'ingestion.faemban.svc:8421' };
    expect(await ask(server, '/status', headers)).toMatchObject({ status: 401 });
    expect(await ask(server, '/status', { ...headers, [serviceTokenHeader]: serviceToken })).toMatchObject({
      status: 200,
    });
    expect(await ask(server, '/health/live', headers)).toMatchObject({ status: 200 });
  });

  test.each([
    [{ isPrivateNetwork: true }, /FAEMBAN_SERVICE_TOKEN/],
    [{ serviceToken }, /this machine only/],
  ])('is refused with %j alone', async (options, words) => {
    const refusal = await make({ ...options, host: '0.0.0.0' }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StartRefused);
    expect((refusal as StartRefused).message).toMatch(words);
  });
});

test('a server without a token has no routes for other processes', async () => {
  const server = await started({ ownContexts: ['ingestion'] });
  expect(await ask(server, '/log/ingestion/heads')).toEqual({ status: 404, code: 'not-found' });
});
