import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fork, type ChildProcess } from 'node:child_process';
import { containerEngineAnswers } from './container-engine';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faemban-engine-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const asEngine = (socket: string) => ({ DOCKER_HOST: `unix://${socket}` });

/** A daemon in a process of its own, since asking it blocks this one. */
async function daemonAnswering(status: number): Promise<{ socket: string; end: () => void }> {
  const socket = join(folder, 'docker.sock');
  const script = join(folder, 'daemon.cjs');
  writeFileSync(
    script,
    `require('node:http').createServer((request, response) => {
       response.writeHead(request.url === '/_ping' ? ${status} : 404).end();
     }).listen(process.argv[2], () => process.send('listening'));`,
  );
  const daemon: ChildProcess = fork(script, [socket], { execArgv: [] });
  await once(daemon, 'message');
  return { socket, end: () => daemon.kill('SIGKILL') };
}

describe('a container engine', () => {
  test('is there when its daemon answers', async () => {
    const { socket, end } = await daemonAnswering(200);
    expect(containerEngineAnswers(asEngine(socket))).toBe(true);
    end();
  });

  test('is not there when its daemon is not well', async () => {
    const { socket, end } = await daemonAnswering(500);
    expect(containerEngineAnswers(asEngine(socket))).toBe(false);
    end();
  });

  test('is not there when nobody listens on its socket, or there is none', async () => {
    const socket = join(folder, 'left.sock');
    writeFileSync(socket, '');
    expect(containerEngineAnswers(asEngine(socket))).toBe(false);
    expect(containerEngineAnswers(asEngine(join(folder, 'none.sock')))).toBe(false);
  });

  test('on a port is asked there', async () => {
    const closed: Server = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    expect(containerEngineAnswers({ DOCKER_HOST: `tcp://127.0.0.1:${port}` })).toBe(false);
  });
});
