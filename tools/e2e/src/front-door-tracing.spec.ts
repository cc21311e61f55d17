import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { TraceReceiver } from './trace-receiver';

const main = join(dirname(require.resolve('@faemban/front-door/package.json')), 'dist/main.js');

let receiver: TraceReceiver;
let service: Server;
let traceparents: (string | undefined)[];
let door: ChildProcess;

/** The front door as a process, before one server that stands for every service. */
async function startDoor(telemetry: Readonly<Record<string, string>>): Promise<string> {
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const ofServices = ['INGESTION', 'IDENTITY_VERIFICATION', 'MPI_SCORING', 'REPORTING'].map((name) => [
    `FAEMBAN_${name}_URL`,
    url,
  ]);
  door = spawn(process.execPath, [main], {
    env: {
      ...{ PATH: process.env['PATH'], FAEMBAN_PORT: '0', FAEMBAN_LOG_LEVEL: 'warn', ...telemetry },
      FAEMBAN_SERVICE_TOKEN: 'a-token-of-more-than-thirty-two-characters',
      ...(Object.fromEntries(ofServices) as Record<string, string>),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: door.stdout ?? process.stdin })) {
    const [, address] = /(http:\S+)/.exec(line) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error('The front door ended before it listened.');
}

async function stopDoor(): Promise<void> {
  const exited = once(door, 'exit');
  door.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
}

beforeEach(async () => {
  receiver = await TraceReceiver.start();
  traceparents = [];
  service = createServer((request, response) => {
    if (!request.url?.startsWith('/health')) traceparents.push(request.headers['traceparent'] as string | undefined);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ready","checks":[],"items":[]}');
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
});
afterEach(async () => {
  if (door.exitCode === null && door.signalCode === null) door.kill('SIGKILL');
  service.closeAllConnections();
  service.close();
  await receiver.stop();
});

test('a trace begins at the front door, and goes on in what it sends on and in what it asks', async () => {
  const url = await startDoor(receiver.environment);
  await (await fetch(`${url}/health/ready`)).text();
  await (await fetch(`${url}/figures?level=tambon`)).text();
  await (await fetch(`${url}/signing-keys`)).text();
  await stopDoor();
  const spanOf = (name: string) => receiver.spans.filter((span) => span.name === name);
  const [forwarded] = spanOf('GET /figures');
  const [asked] = spanOf('GET /signing-keys');
  expect(forwarded).toMatchObject({ service: 'front-door', parentSpanId: undefined });
  expect(traceparents[0]).toBe(`00-${forwarded?.traceId}-${forwarded?.spanId}-01`);
  expect(traceparents.slice(1)).not.toEqual([]);
  expect(new Set(traceparents.slice(1))).toEqual(new Set([`00-${asked?.traceId}-${asked?.spanId}-01`]));
  // Health checks, its own and others', are in no trace.
  expect(receiver.spans).toHaveLength(2);
  expect(receiver.refused).toEqual([]);
});

test('a trace that a caller began goes on through it', async () => {
  const url = await startDoor(receiver.environment);
  const theirs = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await (await fetch(`${url}/figures`, { headers: { traceparent: theirs } })).text();
  await stopDoor();
  const [span] = receiver.spans;
  expect(span).toMatchObject({ traceId: theirs.split('-')[1], parentSpanId: theirs.split('-')[2] });
  expect(traceparents).toEqual([`00-${span?.traceId}-${span?.spanId}-01`]);
});

test('without a collector there is no trace, and a caller’s is handed on as it came', async () => {
  const url = await startDoor({});
  const theirs = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await (await fetch(`${url}/figures`)).text();
  await (await fetch(`${url}/figures`, { headers: { traceparent: theirs } })).text();
  await stopDoor();
  expect(traceparents).toEqual([undefined, theirs]);
  expect(receiver.spans).toEqual([]);
});
