import { createMemoryPlatform, createTestClock, type MemoryPlatform } from '@faemban/event-sourcing/testing';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CasesServer, programme } from '../testing/cases-server';
import type { ParkedList } from './parked-list';
import type { ReplayStatus } from './replays';

const clock = createTestClock();
let platform: MemoryPlatform;
let cases: CasesServer;

beforeEach(async () => {
  programme.readsUrgent = false;
  programme.tellsOfBad = false;
  platform = createMemoryPlatform({ clock });
  cases = await CasesServer.start(platform);
});
afterEach(() => cases.server.stop());

const post = (path: string, body: object = {}, key: string = randomUUID()): Promise<Response> =>
  fetch(cases.url + path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'faemban-operator': 'somchai', 'idempotency-key': key },
  });
const parked = async (query = ''): Promise<ParkedList> => (await cases.get(`/parked${query}`)) as ParkedList;
const replay = async (body: object, key?: string): Promise<ReplayStatus> => {
  const begun = (await (await post('/parked/replays', { view: 'case-rows', ...body }, key)).json()) as ReplayStatus;
  for (let tries = 0; tries < 500; tries += 1) {
    const now = (await cases.get(`/parked/replays/${begun.replayId}`)) as ReplayStatus;
    if (now.state !== 'running') return now;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`The replay ${begun.replayId} did not end.`);
};
/** Opens an urgent case for each household, which the view cannot read. */
const poison = async (...households: readonly string[]): Promise<void> => {
  for (const householdId of households) await cases.open({ householdId, urgent: true });
  await cases.server.settled();
};
const eventsOf = async (type: string): Promise<readonly Record<string, unknown>[]> => {
  const found: Record<string, unknown>[] = [];
  for (const { partition, seq } of await platform.log.heads('case-management')) {
    for (const event of await platform.log.read('case-management', partition, 0, seq)) {
      if (event.type === type) found.push({ ...(event.data as object), actor: event.actor });
    }
  }
  return found;
};

describe('what is parked', () => {
  test('is listed by household with its age, and summed up by cause', async () => {
    const [one, other] = [randomUUID(), randomUUID()].sort() as [string, string];
    await poison(one, other);
    clock.advance(90_000);
    const list = await parked();
    expect(list).toMatchObject({ total: 4, sequences: 2, oldestSeconds: 90 });
    expect(list.causes).toMatchObject([
      { view: 'case-rows', kind: 'view', cause: 'poison', sequences: 2, events: 4, oldestSeconds: 90 },
    ]);
    expect(list.items).toMatchObject([
      { view: 'case-rows', id: one, events: 2, attempts: 1, ageSeconds: 90, eventsOf: 'case-management' },
      { view: 'case-rows', id: other, events: 2, attempts: 1, ageSeconds: 90 },
    ]);
    expect(JSON.stringify(list)).not.toContain('1-1017');
    const metrics = await (await fetch(`${cases.url}/metrics`)).text();
    expect(metrics).toContain('faemban_parked_total{runner="case-rows",kind="view"} 4');
    expect(metrics).toContain('faemban_parked_oldest_seconds{runner="case-rows",kind="view"} 90');
  });

  test('is filtered by view, household, cause and age, and paged over views and policies', async () => {
    const bad = '0bad0bad-0000-4000-8000-000000000001';
    const urgent = randomUUID();
    await poison(urgent, bad);
    clock.advance(10_000);
    const ids = ({ items }: ParkedList) => items.map(({ view, id }) => `${view} ${id}`);
    const everything = [...[urgent, bad].sort().map((id) => `case-rows ${id}`), `notify-of-case case-${bad}`];
    expect(ids(await parked())).toEqual(everything);
    expect(ids(await parked(`?household=${bad}`))).toEqual([`case-rows ${bad}`, `notify-of-case case-${bad}`]);
    expect(ids(await parked('?view=notify-of-case'))).toEqual([`notify-of-case case-${bad}`]);
    const [cause] = (await parked('?view=notify-of-case')).causes;
    expect(ids(await parked(`?cause=${cause?.code}`))).toEqual([`notify-of-case case-${bad}`]);
    expect(ids(await parked('?cause=invalid'))).toEqual([]);
    expect(ids(await parked('?olderThanSeconds=10'))).toEqual([]);
    expect(ids(await parked('?olderThanSeconds=9'))).toEqual(everything);
    const paged: string[] = [];
    for (let after = ''; ;) {
      const page = await parked(`?limit=1${after}`);
      paged.push(...ids(page));
      if (page.next === undefined) break;
      after = `&after=${page.next}`;
    }
    expect(paged).toEqual(everything);
  });
});

describe('a replay', () => {
  test('is tried first, then done, and leaves a view that a rebuild cannot tell from a new one', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    await poison(one, other);
    const before = await parked();
    expect(await replay({ dryRun: true, all: true })).toMatchObject({
      state: 'ended',
      dryRun: true,
      sequences: 2,
      released: 0,
      stillParked: 4,
      failures: [{ cause: 'poison', sequences: 2, events: 4, message: expect.stringContaining('[number]') as string }],
    });
    programme.readsUrgent = true;
    expect(await replay({ dryRun: true, all: true })).toMatchObject({ released: 2, applied: 4, failures: [] });
    expect(await parked()).toEqual(before);
    expect(await eventsOf('ParkedReplayStarted')).toEqual([]);

    const done = await replay({ dryRun: false, household: one });
    expect(done).toMatchObject({ state: 'ended', startedBy: 'somchai', eventsTotal: 2, applied: 2, stillParked: 0 });
    expect(await cases.get(`/cases/${one}`)).toMatchObject({ openedOn: '2018-06-01', notices: 1 });
    expect((await parked()).items.map(({ id }) => id)).toEqual([other]);
    expect(await replay({ dryRun: false, cause: before.causes[0]?.code })).toMatchObject({ released: 1 });
    expect(await parked()).toMatchObject({ total: 0, sequences: 0, oldestAt: null });

    const rebuild = (await (await post('/rebuilds', { view: 'case-rows' })).json()) as { rebuildId: string };
    await fetch(`${cases.url}/rebuilds/${rebuild.rebuildId}/events`).then((answer) => answer.text());
    expect(await cases.get(`/rebuilds/${rebuild.rebuildId}`)).toMatchObject({ state: 'switched', differencesTotal: 0 });
  });

  test('is recorded with who asked for it, what for, and how it ended, and known after a restart', async () => {
    const householdId = randomUUID();
    await poison(householdId);
    programme.readsUrgent = true;
    const { replayId } = await replay({ dryRun: false, household: householdId });
    expect(await eventsOf('ParkedReplayStarted')).toMatchObject([
      {
        replayId,
        runner: 'case-rows',
        by: 'household',
        household: householdId,
        events: 2,
        actor: { accountId: 'somchai' },
      },
    ]);
    expect(await eventsOf('ParkedReplayEnded')).toMatchObject([
      { replayId, outcome: 'completed', released: 1, applied: 2, stillParked: 0, actor: { onBehalfOf: 'somchai' } },
    ]);
    await cases.server.stop();
    cases = await CasesServer.start(platform);
    expect(await cases.get(`/parked/replays/${replayId}`)).toMatchObject({
      state: 'ended',
      startedBy: 'somchai',
      released: 1,
      applied: 2,
    });
    expect(await cases.get('/parked/replays')).toEqual({ items: [] });
  });

  test('is begun by the process in charge alone', async () => {
    await poison(randomUUID());
    let isInCharge = false;
    Object.assign(platform, { isInCharge: () => isInCharge });
    const wish = { view: 'case-rows', dryRun: true, all: true };
    const refused = await post('/parked/replays', wish);
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'not-in-charge' }]);
    isInCharge = true;
    expect((await post('/parked/replays', wish)).status).toBe(202);
  });

  test('sent twice under one key is done once', async () => {
    await poison(randomUUID());
    programme.readsUrgent = true;
    const key = randomUUID();
    const first = await replay({ dryRun: false, all: true }, key);
    expect(await replay({ dryRun: false, all: true }, key)).toEqual(first);
    expect(await eventsOf('ParkedReplayStarted')).toHaveLength(1);
  });

  test('of a policy gives its commands, once', async () => {
    const householdId = '0bad0bad-0000-4000-8000-000000000002';
    await cases.open({ householdId });
    await cases.server.settled();
    programme.tellsOfBad = true;
    const asked = { view: 'notify-of-case', household: householdId };
    expect(await replay({ ...asked, dryRun: true })).toMatchObject({ commands: 1, released: 1 });
    expect(await eventsOf('NoticeSent')).toHaveLength(0);
    expect(await replay({ ...asked, dryRun: false })).toMatchObject({ commands: 1, released: 1, state: 'ended' });
    await cases.server.settled();
    expect(await eventsOf('NoticeSent')).toHaveLength(1);
    expect(await cases.get(`/cases/${householdId}`)).toMatchObject({ notices: 1 });
  });

  test('is one at a time for a view, can be cancelled, and fails in words where the view does not run', async () => {
    const gate = Promise.withResolvers<void>();
    await poison(randomUUID());
    const runners = cases.server.runners as unknown as { replay: (...asked: unknown[]) => Promise<unknown> };
    const real = runners.replay.bind(runners);
    runners.replay = async (...asked) => {
      await gate.promise;
      return { ...((await real(...asked)) as object), isEnd: false };
    };
    const begun = (await (
      await post('/parked/replays', { view: 'case-rows', dryRun: false, all: true })
    ).json()) as ReplayStatus;
    const second = await post('/parked/replays', { view: 'case-rows', dryRun: true, all: true });
    expect([second.status, await second.json()]).toMatchObject([409, { code: 'replay-under-way' }]);
    const cancelling = post(`/parked/replays/${begun.replayId}/cancel`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    gate.resolve();
    expect(await (await cancelling).json()).toMatchObject({ state: 'cancelled', stillParked: 2 });
    const again = await post(`/parked/replays/${begun.replayId}/cancel`);
    expect([again.status, await again.json()]).toMatchObject([409, { code: 'replay-not-cancelable' }]);
    runners.replay = () => Promise.reject(new Error('case-rows is not running.'));
    expect(await replay({ dryRun: false, all: true })).toMatchObject({
      state: 'failed',
      problem: 'Error: case-rows is not running.',
    });
    expect((await eventsOf('ParkedReplayEnded')).map(({ outcome }) => outcome).sort()).toEqual(['cancelled', 'failed']);
  });
});

interface Case {
  readonly case: string;
  readonly path: string;
  readonly method?: string;
  readonly body?: object;
  readonly operator?: string;
  readonly status: number;
  readonly code: string;
}

const corpus = JSON.parse(readFileSync(join(__dirname, '../../corpus/http/parked.json'), 'utf8')) as readonly Case[];

test.each(corpus)(
  'refuses $case, and says what is possible',
  async ({ path, method = 'GET', body, operator, status, code }) => {
    const answer = await fetch(cases.url + path, {
      method,
      headers: { 'content-type': 'application/json', 'faemban-operator': operator ?? 'somchai' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect([answer.status, await answer.json()]).toMatchObject([
      status,
      { code, detail: expect.any(String) as string, detailEn: expect.any(String) as string },
    ]);
  },
);
