import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { startService } from './start-service';

const never = () => Promise.reject(new Error('it is never served'));
/** The stop of a process that serves nothing yet has two seconds, and a second to be about it; in milliseconds. */
const stopMsMax = 3_500;

describe('a process that is stopped', () => {
  test('ends in time, though the database takes its connections and answers nothing', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => void sockets.add(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const definition = { context: 'reporting', port: 0, follows: [], create: never } as const;
    const service = await startService(definition, {
      FAEMBAN_SERVICE_TOKEN: 'a-token-of-thirty-two-characters!',
      FAEMBAN_MONGODB_URL: `mongodb://127.0.0.1:${port}`,
      FAEMBAN_KAFKA_BROKERS: `127.0.0.1:${port}`,
      FAEMBAN_DRAIN_MS_MAX: '50',
    });
    while (sockets.size === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const begun = performance.now();
    expect(await service.stop()).toBe('abandoned');
    expect(performance.now() - begun).toBeLessThan(stopMsMax);
    await service.serving.catch(() => undefined);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
});
