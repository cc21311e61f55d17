import { createMemoryPlatform } from '@faemban/event-sourcing/testing';
import { Controller, Get, Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { once } from 'node:events';
import { createServer as createNetServer, connect, type AddressInfo } from 'node:net';
import { StartRefused } from './config';
import { createServer, type Server } from './server';

const gate = { entered: Promise.withResolvers<void>(), open: Promise.withResolvers<void>() };
let closedParts = 0;

@Injectable()
class Part implements OnModuleDestroy {
  onModuleDestroy(): void {
    closedParts += 1;
  }
}
@Controller()
class SlowController {
  @Get('slow')
  async slow(): Promise<{ done: boolean }> {
    gate.entered.resolve();
    await gate.open.promise;
    return { done: true };
  }
}
@Module({ controllers: [SlowController], providers: [Part] })
class SlowModule {}

const make = (options: { port?: number; host?: string; drainMsMax?: number } = {}): Promise<Server> =>
  createServer([SlowModule], { name: 'slow', platform: createMemoryPlatform(), operators: [], port: 0, ...options });

beforeEach(() => {
  Object.assign(gate, { entered: Promise.withResolvers<void>(), open: Promise.withResolvers<void>() });
  closedParts = 0;
});

describe('stopping', () => {
  test('lets a request under way finish, and every part close', async () => {
    const server = await make();
    await server.start();
    const answer = fetch(`${server.url}/slow`);
    await gate.entered.promise;
    const stopped = server.stop();
    gate.open.resolve();
    expect(await (await answer).json()).toEqual({ done: true });
    expect(await stopped).toBe('drained');
    expect(closedParts).toBe(1);
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
  });

  test('cuts what is still open at the limit', async () => {
    const server = await make({ drainMsMax: 50 });
    await server.start();
    const answer = fetch(`${server.url}/slow`).then(
      () => 'answered',
      () => 'cut',
    );
    await gate.entered.promise;
    expect(await server.stop()).toBe('cut');
    expect(await answer).toBe('cut');
    gate.open.resolve();
  });

  test('is not held up by idle connections', async () => {
    const server = await make();
    await server.start();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    expect(await server.stop()).toBe('drained');
    await closed;
  });

  test('twice is stopping once', async () => {
    const server = await make();
    await server.start();
    expect(await Promise.all([server.stop(), server.stop()])).toEqual(['drained', 'drained']);
    expect(closedParts).toBe(1);
  });
});

describe('starting', () => {
  test('on a taken port is refused in a plain sentence', async () => {
    const other = createNetServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const server = await make({ port });
    const refusal = await server.start().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StartRefused);
    expect((refusal as StartRefused).sentence).toEqual({
      th: expect.stringContaining(`พอร์ต ${port}`),
      en: expect.stringContaining(`Port ${port} is taken`),
    });
    expect(closedParts).toBe(1);
    other.close();
  });

  test.each(['0.0.0.0', '::', '192.168.1.4', 'example.org'])(
    'on %s is refused: there are no accounts yet',
    async (host) => {
      await expect(make({ host })).rejects.toThrow('this machine only');
    },
  );
});
