import type { CommandHandler, ViewHandle } from '@faemban/event-sourcing';
import { createMemoryPlatform, type MemoryPlatform } from '@faemban/event-sourcing/testing';
import { randomUUID } from 'node:crypto';
import type { ServerStatus } from '../operations/server-status';
import { caseCounts, cases as caseAggregate, CasesServer, type OpenCase } from '../testing/cases-server';
import { commandHandlerToken, viewToken } from './tokens';

let platform: MemoryPlatform;
let cases: CasesServer;

beforeEach(async () => {
  platform = createMemoryPlatform();
  cases = await CasesServer.start(platform);
});
afterEach(() => cases.server.stop());

describe('a command over HTTP', () => {
  test('is recorded, shown by the view, counted by the tally, and answered by the policy', async () => {
    const householdId = randomUUID();
    const response = await cases.open({ householdId });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ outcome: 'recorded', types: ['CaseOpened'] });
    await cases.server.settled();
    expect(await cases.get(`/cases/${householdId}`)).toEqual({ householdId, openedOn: '2018-06-01', notices: 1 });
    expect(await cases.get('/cases/all')).toMatchObject({ items: [{ householdId }] });
    const counts = cases.server.app.get<ViewHandle>(viewToken(caseCounts), { strict: false });
    const question = { under: '84', level: 'district', round: 'current', ruleset: 'none' };
    expect(await counts.sum(question)).toEqual([{ area: '8417', sums: new Float64Array([1]) }]);
  });

  test('sent twice takes effect once', async () => {
    const body = { householdId: randomUUID() };
    const [first, second] = [await cases.open(body, 'k1'), await cases.open(body, 'k1')];
    expect([await first.json(), await second.json()]).toMatchObject([{ outcome: 'recorded' }, { outcome: 'repeated' }]);
    expect((await cases.open({ ...body, urgent: true }, 'k1')).status).toBe(422);
    await cases.server.settled();
    expect(await cases.get(`/cases/${body.householdId}`)).toMatchObject({ notices: 1 });
  });

  test('that a rule refuses is a 409 with its sentence', async () => {
    const response = await cases.open({ householdId: randomUUID(), openedOn: '2999-01-01' });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'day-must-be-past', detailEn: 'The day lies ahead.' });
  });

  test('carries who caused it on to what the policy did', async () => {
    const householdId = randomUUID();
    await cases.open({ householdId });
    await cases.server.settled();
    const [notice] = await platform.store('case-management').load(`notice-${householdId}`);
    const [opened] = await platform.store('case-management').load(`case-${householdId}`);
    expect(notice).toMatchObject({
      causationId: opened?.id,
      correlationId: opened?.correlationId,
      actor: { accountId: 'platform', channel: 'policy' },
    });
  });
});

describe('a policy', () => {
  test('takes a refusal as an outcome, and the next event goes on', async () => {
    await cases.open({ householdId: 'deadbeef-0000-4000-8000-000000000000' });
    const householdId = randomUUID();
    await cases.open({ householdId });
    await cases.server.settled();
    expect(await cases.get(`/cases/${householdId}`)).toMatchObject({ notices: 1 });
    expect(await cases.get('/parked')).toMatchObject({ total: 0, items: [] });
  });

  test('does not fire again after a restart', async () => {
    const householdId = randomUUID();
    await cases.open({ householdId });
    await cases.server.settled();
    await cases.server.stop();
    cases = await CasesServer.start(platform);
    await cases.server.settled();
    expect(await cases.get(`/cases/${householdId}`)).toMatchObject({ notices: 1 });
  });
});

describe('many commands at once', () => {
  test('go to the handler itself, and every policy follows', async () => {
    const handler = cases.server.app.get<CommandHandler<OpenCase>>(commandHandlerToken(caseAggregate), {
      strict: false,
    });
    const list = Array.from({ length: 200 }, () => ({
      command: { type: 'OpenCase' as const, householdId: randomUUID(), openedOn: '2018-06-01', urgent: false },
      context: {
        commandId: platform.ids.next(),
        actor: { accountId: 'somchai', office: 'district-8417', role: 'SEC-D', channel: 'import' as const },
        area: '8417',
        occurredAt: '2018-06-01T00:00:00.000Z',
        correlationId: 'import-1',
      },
    }));
    const results = await handler.handleMany(list);
    expect(results.every(({ ok }) => ok)).toBe(true);
    await cases.server.settled();
    const { contexts } = (await cases.get('/status')) as ServerStatus;
    expect(contexts.find(({ context }) => context === 'case-management')).toMatchObject({ events: 400 });
  });
});
