import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, type ImportState } from './client';

/** Answers one after the other, the last for ever: a state of the import, or a status that refuses. */
async function serving(answers: readonly (ImportState | number)[]) {
  let asked = 0;
  const server = createServer((_, response) => {
    const answer = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    const isRefused = typeof answer === 'number';
    response.writeHead(isRefused ? answer : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isRefused ? { code: 'not-now', title: 'no', status: answer } : { state: answer }));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = new Client({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const waited = client.waitForImport('one', ({ state }) => state === 'applied');
  return { waited: waited.finally(() => server.close()), asked: () => asked };
}

describe('waiting for an import', () => {
  test('goes on where the service is not ready for a while', async () => {
    const { waited, asked } = await serving(['applying', 503, 'applied']);
    expect(await waited).toEqual({ state: 'applied' });
    expect(asked()).toBe(3);
  });

  test('ends at once where there is no such import', async () => {
    const { waited, asked } = await serving(['applying', 404, 'applied']);
    await expect(waited).rejects.toMatchObject({ status: 404 });
    expect(asked()).toBe(2);
  });
});
