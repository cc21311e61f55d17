import type { ServerResponse } from 'node:http';
import { networkInterfaces } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { describeWhere } from '@faemban/fixtures';
import { frontDoorConfigSchema } from '../config';
import { createFrontDoor, type FrontDoor } from '../front-door';
import type { MergedStatus } from '../operations/merged-status';
import { Backend } from '../testing/backend';

const token = 'a-token-of-more-than-thirty-two-characters';
const lookEveryMs = 20;

let first: Backend;
let second: Backend;
let others: Backend;
let door: FrontDoor;
/** What the name of reporting resolves to; undefined where it does not. */
let addresses: readonly string[] | undefined;

beforeEach(async () => {
  first = await new Backend().start();
  second = await new Backend('127.0.0.2').start(first.port);
  others = await new Backend().start();
  addresses = ['127.0.0.1', '127.0.0.2'];
  const config = frontDoorConfigSchema.parse({
    ...{ port: 0, serviceToken: token, logLevel: 'silent', drainMsMax: 2000 },
    ...{ ingestionUrl: others.url, identityVerificationUrl: others.url, mpiScoringUrl: others.url },
    reportingUrl: `http://reporting.faemban:${first.port}`,
  });
  door = await createFrontDoor(config, {
    lookup: async () => {
      if (addresses === undefined) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
      return addresses;
    },
  });
  await serving();
});
afterEach(async () => {
  await door.stop();
  await Promise.all([first.stop(), second.stop(), others.stop()]);
});

/** Starts the front door, and waits until every instance is used: on a busy machine one may be late for a second. */
async function serving(): Promise<void> {
  await door.start();
  await until(async () => {
    const { checks } = JSON.parse((await ask('/health/ready')).text) as { checks: { ready: boolean; note?: object }[] };
    return checks.every(({ ready, note }) => ready && note === undefined);
  });
}

async function ask(path: string, method = 'GET'): Promise<{ status: number; text: string; code: unknown }> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(door.url + path, method === 'GET' ? {} : { method, headers, body: '{}' });
  const text = await answer.text();
  return { status: answer.status, text, code: (JSON.parse(text) as { code?: unknown }).code };
}

/** Asks until it is so; the test's own limit ends it where it never is. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(lookEveryMs);
}

async function reporting(): Promise<MergedStatus['services'][number] | undefined> {
  const { services } = JSON.parse((await ask('/status')).text) as MergedStatus;
  return services.find(({ service }) => service === 'reporting');
}

/** Has every backend answer JSON, each by its own. */
function answering(bodyOf: (backend: Backend, url: string) => object): void {
  for (const backend of [first, second, others]) {
    backend.answer = (request, response) => backend.answerJson(response, bodyOf(backend, request.url ?? ''));
  }
}

const status = {
  ...{ service: 'reporting', profile: 'distributed', startedAt: '2026-01-01T00:00:00.000Z', draining: false },
  ...{ residentMebibytes: 1, contexts: [], parked: { total: 0, oldestAt: null, oldestSeconds: 0 } },
};
const runner = {
  ...{ kind: 'view', name: 'area-figures', state: 'live', lagSeconds: 0, parkedTotal: 0, parkedOldestAt: null },
};
const waiting = (en: string) => ({ checks: [{ name: 'database', ready: false, waitingFor: { th: 'รอ', en } }] });

describe('every address of a name is an instance', () => {
  test('they take turns', async () => {
    for (let count = 0; count < 6; count += 1) await ask('/figures');
    expect([first.asked.length, second.asked.length]).toEqual([3, 3]);
  });

  test('all of them are in the status, and their lags add up', async () => {
    answering((backend) => ({
      ...status,
      runners: backend === others ? [] : [{ ...runner, lagEvents: 7, applied: 1 }],
    }));
    const all = JSON.parse((await ask('/status')).text) as MergedStatus;
    expect(all.services.at(-1)).toEqual({ service: 'reporting', instances: 2, ready: 2, waitingFor: [] });
    expect(all.runners).toMatchObject([{ name: 'area-figures', lagEvents: 14, applied: 2 }]);
  });

  test('one that is sick is left in peace while the other serves, and is used again when it is well', async () => {
    first.readiness = { status: 503, body: waiting('Waiting for the database.') };
    answering(() => ({ ...status, runners: [] }));
    await until(async () => (await reporting())?.ready === 1);
    expect(await reporting()).toMatchObject({ instances: 2, waitingFor: [{ en: 'Waiting for the database.' }] });
    expect((await ask('/health/ready')).status).toBe(200);
    first.asked.length = second.asked.length = 0;
    for (let count = 0; count < 4; count += 1) expect((await ask('/figures')).status).toBe(200);
    expect([first.asked.length, second.asked.length]).toEqual([0, 4]);
    first.readiness = { status: 200, body: {} };
    await until(async () => (await reporting())?.ready === 2);
    for (let count = 0; count < 2; count += 1) await ask('/figures');
    expect(first.asked.some(({ url }) => url === '/figures')).toBe(true);
  });

  test('one that refuses connections costs no request, neither what reads nor a command', async () => {
    await second.stop();
    for (let count = 0; count < 4; count += 1) {
      expect((await ask('/figures')).status).toBe(200);
      expect((await ask('/figures', 'POST')).status).toBe(200);
    }
    expect(first.asked).toHaveLength(8);
  });
});

describe('what only the process in charge does', () => {
  const rebuild = (rebuildId: string) => ({ rebuildId, view: 'area-figures', startedAt: '2026-01-01T00:00:00.000Z' });

  test.each([1, 2])('goes to it, at whichever address it is: %i', async (place) => {
    const [inCharge, other] = place === 1 ? [first, second] : [second, first];
    others.answer = (_request, response) => others.answerJson(response, { code: 'view-unknown' }, 404);
    other.answer = (_request, response) => other.answerJson(response, { code: 'not-in-charge' }, 503);
    inCharge.answer = (_request, response) => inCharge.answerJson(response, rebuild('a'), 202);
    for (const jobs of ['/rebuilds', '/parked/replays']) {
      expect(await ask(jobs, 'POST')).toMatchObject({ status: 202 });
      expect(inCharge.asked.at(-1)).toMatchObject({ method: 'POST', url: jobs });
    }
  });

  test('goes past an address whose process has just gone', async () => {
    others.answer = (_request, response) => others.answerJson(response, { code: 'view-unknown' }, 404);
    second.answer = (_request, response) => second.answerJson(response, rebuild('a'), 202);
    await first.stop();
    expect(await ask('/rebuilds', 'POST')).toMatchObject({ status: 202 });
  });

  test('is listed whole, whichever of them knows of it', async () => {
    answering((backend) => ({ items: backend === others ? [] : [rebuild(backend.host)] }));
    const { items } = JSON.parse((await ask('/rebuilds')).text) as { items: { rebuildId: string }[] };
    expect(items.map(({ rebuildId }) => rebuildId).sort()).toEqual(['127.0.0.1', '127.0.0.2']);
  });
});

describe('addresses come and go', () => {
  test('a new one is used once it says that it is ready', async () => {
    addresses = ['127.0.0.1'];
    answering(() => ({ ...status, runners: [] }));
    await until(async () => (await reporting())?.instances === 1);
    second.readiness = { status: 503, body: waiting('Catching up.') };
    addresses = ['127.0.0.1', '127.0.0.2'];
    await until(async () => (await reporting())?.waitingFor[0]?.en === 'Catching up.');
    second.asked.length = 0;
    for (let count = 0; count < 4; count += 1) await ask('/figures');
    expect(second.asked).toEqual([]);
    second.readiness = { status: 200, body: {} };
    await until(async () => (await ask('/figures')).status === 200 && second.asked.length > 0);
  });

  test('one that is gone gets nothing more, and what it has begun it ends', async () => {
    addresses = ['127.0.0.2'];
    answering(() => ({ ...status, runners: [] }));
    await until(async () => (await reporting())?.instances === 1);
    const entered = Promise.withResolvers<ServerResponse>();
    second.answer = (request, response) =>
      request.url === '/figures' ? entered.resolve(response) : second.answerJson(response, { ...status, runners: [] });
    const underWay = ask('/figures');
    const response = await entered.promise;
    addresses = ['127.0.0.1'];
    await until(async () => {
      await ask('/figures/levels');
      return first.asked.some(({ url }) => url === '/figures/levels');
    });
    expect(await reporting()).toMatchObject({ instances: 1, ready: 1 });
    second.asked.length = 0;
    for (let count = 0; count < 4; count += 1) await ask('/figures/levels');
    expect(second.asked).toEqual([]);
    second.answerJson(response, { ended: true });
    expect(await underWay).toMatchObject({ status: 200, text: '{"ended":true}' });
  });

  test('a name that does not resolve keeps its addresses, and the status and ready say so', async () => {
    addresses = undefined;
    answering(() => ({ ...status, runners: [] }));
    await until(async () => (await reporting())?.waitingFor.length === 1);
    expect(await reporting()).toMatchObject({
      ...{ instances: 2, ready: 2 },
      waitingFor: [
        { en: 'The name reporting.faemban does not resolve (ENOTFOUND); the 2 known before are still used.' },
      ],
    });
    expect(await ask('/figures')).toMatchObject({ status: 200 });
    const ready = await ask('/health/ready');
    expect(ready.status).toBe(200);
    expect(ready.text).toContain('does not resolve (ENOTFOUND)');
    addresses = ['127.0.0.1', '127.0.0.2'];
    await until(async () => (await reporting())?.waitingFor.length === 0);
  });

  test('a name that has never resolved is a service that is not ready, by name', async () => {
    await door.stop();
    addresses = undefined;
    const config = frontDoorConfigSchema.parse({
      ...{ port: 0, serviceToken: token, logLevel: 'silent' },
      ...{ ingestionUrl: others.url, identityVerificationUrl: others.url, mpiScoringUrl: others.url },
      reportingUrl: `http://reporting.faemban:${first.port}`,
    });
    const lookup = async (): Promise<readonly string[]> => addresses ?? [];
    door = await createFrontDoor(config, { lookup });
    await door.start();
    const refused = await ask('/figures');
    expect(refused).toMatchObject({ status: 503, code: 'service-not-ready' });
    expect(refused.text).toContain('The service reporting is not ready: The name reporting.faemban does not resolve');
    addresses = ['127.0.0.2'];
    await until(async () => (await ask('/figures')).status === 200);
  });
});

const hasIpv6 = Object.values(networkInterfaces()).some((found) => found?.some(({ address }) => address === '::1'));

describeWhere(hasIpv6, 'an address of IPv6 on this machine (::1)')('addresses of IPv6', () => {
  test('are called, from a name and from a URL', async () => {
    const backend = await new Backend('::1').start();
    const config = frontDoorConfigSchema.parse({
      ...{ port: 0, serviceToken: token, logLevel: 'silent' },
      ...{ ingestionUrl: backend.url, identityVerificationUrl: others.url, mpiScoringUrl: others.url },
      reportingUrl: `http://reporting.faemban:${backend.port}`,
    });
    const onlyIpv4 = door;
    try {
      door = await createFrontDoor(config, { lookup: async () => ['::1'] });
      await serving();
      for (const path of ['/imports', '/figures']) expect(await ask(path)).toMatchObject({ status: 200 });
      expect(backend.asked.map(({ url, headers }) => [url, headers.host])).toEqual([
        ['/imports', `[::1]:${backend.port}`],
        ['/figures', `[::1]:${backend.port}`],
      ]);
    } finally {
      await onlyIpv4.stop();
      await backend.stop();
    }
  });
});

describe('what a process remembers by itself', () => {
  const verified = (finishedAt: string, events: number) => ({
    ...{ installation: 'i', verdict: 'unaltered', events, partitions: 1, seconds: 1, seals: 0, sealedEvents: 0 },
    ...{ keys: [], isKeyGiven: false, findings: [], findingsTotal: 0, sealFaults: [], finishedAt },
  });

  test('the last verification is the newest of all processes, whoever did it', async () => {
    answering((backend) => {
      if (backend === others) return { items: [verified('2026-01-03T00:00:00.000Z', 1)] };
      return {
        items: [
          backend === first ? verified('2026-01-01T00:00:00.000Z', 10) : verified('2026-01-02T00:00:00.000Z', 20),
        ],
      };
    });
    for (let count = 0; count < 3; count += 1) {
      const { items } = JSON.parse((await ask('/verifications')).text) as { items: object[] };
      expect(items).toMatchObject([{ events: 23, finishedAt: '2026-01-02T00:00:00.000Z' }]);
    }
  });

  test('there is none before every service was verified', async () => {
    answering((backend) => ({ items: backend === others ? [verified('2026-01-03T00:00:00.000Z', 1)] : [] }));
    expect(JSON.parse((await ask('/verifications')).text)).toEqual({ items: [] });
  });
});

describe('a new signing key', () => {
  const keys = (canRotate: boolean) => ({ items: [], changes: [], canRotate });

  test('is made by nobody where one service only reads its keys, and the refusal says what is possible', async () => {
    answering((backend) => keys(backend === others));
    const refused = await ask('/signing-keys', 'POST');
    expect(refused).toMatchObject({ status: 409, code: 'keys-only-read' });
    expect(refused.text).toContain('No key was changed, because reporting only read their keys');
    expect([...first.asked, ...second.asked, ...others.asked].filter(({ method }) => method === 'POST')).toEqual([]);
    expect(JSON.parse((await ask('/signing-keys')).text)).toMatchObject({ canRotate: false });
  });

  test('stands behind those that were there before it, whichever service tells it first', async () => {
    const change = (keyId: string, changedAt: string) => ({ document: { newKey: { keyId }, changedAt } });
    answering((backend) =>
      backend === others
        ? {
            items: [{ keyId: 'first' }, { keyId: 'third' }],
            changes: [change('third', '2026-02-01T00:00:00.000Z')],
          }
        : { items: [{ keyId: 'second' }], changes: [change('second', '2026-01-01T00:00:00.000Z')] },
    );
    const { items } = JSON.parse((await ask('/signing-keys')).text) as { items: { keyId: string }[] };
    expect(items.map(({ keyId }) => keyId)).toEqual(['first', 'second', 'third']);
  });

  test('is made by every service where all can', async () => {
    answering(() => keys(true));
    expect(await ask('/signing-keys', 'POST')).toMatchObject({ status: 200 });
    expect(others.asked.filter(({ method }) => method === 'POST')).toHaveLength(3);
    expect([...first.asked, ...second.asked].filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});
