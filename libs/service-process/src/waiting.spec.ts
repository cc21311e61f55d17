import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotAvailableInWords, signDocument } from '@faemban/event-sourcing';
import { startBootServer } from './boot-server';
import { holdOwnFolder } from './own-folder';
import { openSharedSigningKeys } from './signing-keys';
import { Waiting } from './waiting';

const sentence = { th: 'รอฐานข้อมูล', en: 'Waiting for the database.' };
const notThere = () => Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });

describe('a process that waits', () => {
  test('answers from the first moment that it lives, is not ready, and what it waits for, in words', async () => {
    const waiting = new Waiting();
    const boot = await startBootServer({ host: '127.0.0.1', port: 0 }, waiting);
    const at = (path: string) => fetch(`http://127.0.0.1:${boot.port}${path}`);
    let isThere = false;
    const opened = waiting.until(
      'mongodb',
      sentence,
      async () => {
        if (!isThere) throw notThere();
        return 'opened';
      },
      () => undefined,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await at('/health/live')).status).toBe(200);
    const ready = await at('/health/ready');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      checks: [
        { name: 'mongodb', waitingFor: { en: expect.stringMatching(/^Waiting for the database\. \(.*refused\)$/) } },
      ],
    });
    const refused = await at('/figures');
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'starting', detailEn: expect.stringContaining('database') });
    const metrics = await (await at('/metrics')).text();
    expect(metrics).toContain('faemban_process_waiting_for{what="mongodb"} 1');
    expect(metrics).toMatch(/^faemban_process_uptime_seconds [\d.]+$/m);
    isThere = true;
    expect(await opened).toBe('opened');
    expect(waiting.now).toEqual([]);
    await boot.close();
  });

  test('keeps no connection, so that a caller comes to whoever serves at the same address next', async () => {
    const boot = await startBootServer({ host: '127.0.0.1', port: 0 }, new Waiting());
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports: (number | undefined)[] = [];
    for (const path of ['/health/live', '/health/ready', '/metrics', '/log/ingestion/heads']) {
      const [response] = (await once(get({ host: '127.0.0.1', port: boot.port, path, agent }), 'response')) as [
        IncomingMessage,
      ];
      ports.push(response.socket.localPort);
      expect([path, response.headers.connection]).toEqual([path, 'close']);
      await once(response.resume(), 'close');
    }
    expect(Object.keys(agent.freeSockets)).toEqual([]);
    expect(new Set(ports).size).toBe(ports.length);
    agent.destroy();
    await boot.close();
  });

  test('says in both languages what is told in both', async () => {
    const waiting = new Waiting();
    const told = { th: 'อีกโปรเซสกำลังทำอยู่', en: 'Another process does it.' };
    const waited = waiting.until(
      'mongodb',
      sentence,
      () => Promise.reject(new NotAvailableInWords(told)),
      () => undefined,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(waiting.now).toEqual([
      {
        name: 'mongodb',
        sentence: { th: 'รอฐานข้อมูล (อีกโปรเซสกำลังทำอยู่)', en: 'Waiting for the database. (Another process does it.)' },
      },
    ]);
    waiting.giveUp();
    await expect(waited).rejects.toThrow();
  });

  test('ends at once on what does not heal, and when it is told to stop', async () => {
    const waiting = new Waiting();
    const until = (error: Error) =>
      waiting.until(
        'part',
        sentence,
        () => Promise.reject(error),
        () => undefined,
      );
    await expect(until(new TypeError('wrong'))).rejects.toThrow('wrong');
    const stopped = until(notThere());
    waiting.giveUp();
    await expect(stopped).rejects.toThrow();
  });

  test('is refused a port that is taken, by the name of its variable', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(startBootServer({ host: '127.0.0.1', port }, new Waiting())).rejects.toThrow(/FAEMBAN_PORT/);
    other.close();
  });
});

describe('several processes of one service on one folder', () => {
  const folder = () => mkdtempSync(join(tmpdir(), 'faemban-own-'));

  test('one holds it; another stands by and takes it when the first lets go', async () => {
    const dataDir = folder();
    const first = await holdOwnFolder(dataDir, new Waiting());
    const waiting = new Waiting();
    let held = false;
    const second = holdOwnFolder(dataDir, waiting).then((lock) => {
      held = true;
      return lock;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(held).toBe(false);
    expect(waiting.now[0]?.sentence.en).toMatch(/stands by/);
    first.release();
    (await second).release();
  });

  test('sign with the same keys, whoever came first', async () => {
    const keysDir = folder();
    const open = () => openSharedSigningKeys(keysDir, { name: 'faemban.test', createdAt: '2026-01-01T00:00:00.000Z' });
    const signers = await Promise.all([open(), open(), open()]);
    expect(new Set(signers.map(({ keys }) => JSON.stringify(keys))).size).toBe(1);
    signers[0]?.rotate('2026-02-01T00:00:00.000Z');
    signers[1]?.rotate('2026-03-01T00:00:00.000Z');
    expect(signers.map(({ keys }) => keys.length)).toEqual([3, 3, 3]);
    expect(new Set(signers.map((signer) => signDocument(signer, 'test', {}).signature.keyId)).size).toBe(1);
  });
});
