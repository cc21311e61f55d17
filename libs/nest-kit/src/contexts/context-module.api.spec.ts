import { defineEvent, type EventOf } from '@faemban/contracts';
import {
  defineAggregate,
  definePolicy,
  defineTally,
  defineView,
  RuleBroken,
  type CommandContext,
  type CommandHandler,
  type Handled,
  type ViewHandle,
} from '@faemban/event-sourcing';
import { createMemoryPlatform, type MemoryPlatform } from '@faemban/event-sourcing/testing';
import { Controller, Get, Inject, Post, type DynamicModule } from '@nestjs/common';
import { CommandBus, Query, QueryBus } from '@nestjs/cqrs';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AggregateCommand } from '../commands/aggregate-command';
import { Taken } from '../http/taken';
import { zodBody, zodParams } from '../http/validation';
import type { ServerStatus } from '../operations/server-status';
import { createServer, type Server } from '../server';
import { contextModule } from './context-module';
import { commandHandlerToken, viewToken } from './tokens';

const caseOpened = defineEvent({
  type: 'CaseOpened',
  context: 'case-management',
  version: 1,
  summary: 'A case was opened for a household.',
  data: z.strictObject({ householdId: z.uuid(), openedOn: z.string(), urgent: z.boolean() }),
  restricted: [],
  examples: [{ householdId: '00000000-0000-4000-8000-000000000001', openedOn: '2018-06-01', urgent: false }],
  since: '0.1.0',
});
const noticeSent = defineEvent({
  type: 'NoticeSent',
  context: 'case-management',
  version: 1,
  summary: 'The team was told of a case.',
  data: z.strictObject({ householdId: z.uuid() }),
  restricted: [],
  examples: [{ householdId: '00000000-0000-4000-8000-000000000001' }],
  since: '0.1.0',
});
type CaseOpened = EventOf<typeof caseOpened>;
type NoticeSent = EventOf<typeof noticeSent>;
interface OpenCase {
  readonly type: 'OpenCase';
  readonly householdId: string;
  readonly openedOn: string;
  readonly urgent: boolean;
}
interface SendNotice {
  readonly type: 'SendNotice';
  readonly householdId: string;
}

const cases = defineAggregate<'none' | 'open', OpenCase, CaseOpened>({
  name: 'case',
  context: 'case-management',
  events: [caseOpened],
  streamOf: ({ householdId }) => `case-${householdId}`,
  partitionOf: ({ householdId }) => householdId,
  decider: {
    initialState: 'none',
    evolve: () => 'open',
    decide({ type: _type, ...data }, state) {
      if (data.openedOn > '2600')
        throw new RuleBroken('day-must-be-past', { th: 'วันที่อยู่ในอนาคต', en: 'The day lies ahead.' });
      return state === 'open' ? [] : [{ type: 'CaseOpened', data }];
    },
  },
});
const notices = defineAggregate<number, SendNotice, NoticeSent>({
  name: 'notice',
  context: 'case-management',
  events: [noticeSent],
  streamOf: ({ householdId }) => `notice-${householdId}`,
  partitionOf: ({ householdId }) => householdId,
  decider: {
    initialState: 0,
    evolve: (sent) => sent + 1,
    decide({ householdId }) {
      if (householdId.startsWith('dead'))
        throw new RuleBroken('team-must-exist', { th: 'ไม่มีทีม', en: 'There is no team.' });
      return [{ type: 'NoticeSent', data: { householdId } }];
    },
  },
});
class CaseCommand extends AggregateCommand<OpenCase> {}
class NoticeCommand extends AggregateCommand<SendNotice> {}

const householdOf = ({ data }: { data: unknown }): string => (data as { householdId: string }).householdId;
interface CaseRow {
  readonly householdId: string;
  readonly openedOn: string;
  readonly notices: number;
}
const caseRows = defineView<CaseRow>({
  name: 'case-rows',
  version: 1,
  idOf: householdOf,
  slices: {
    'case-management': (slice: Partial<CaseRow> | undefined, { type, data }) => {
      if (type !== 'CaseOpened') return { ...slice, notices: (slice?.notices ?? 0) + 1 };
      const { openedOn, urgent } = data as CaseOpened['data'];
      if (urgent) throw new Error('cannot read 1-1017-00203-45-1');
      return { ...slice, openedOn };
    },
  },
  show: (slices: { 'case-management': Partial<CaseRow> }, householdId) => {
    const { openedOn = '', notices: count = 0 } = slices['case-management'];
    return { householdId, openedOn, notices: count };
  },
  indexes: { byDay: ['openedOn'] },
});
const caseCounts = defineTally<string | undefined>({
  name: 'case-counts',
  version: 1,
  context: 'case-management',
  idOf: householdOf,
  measures: ['cases'],
  fold: (slice, { type, data }) => (type === 'CaseOpened' ? (data as CaseOpened['data']).openedOn : slice),
  contributions: (openedOn) =>
    openedOn === undefined
      ? []
      : [{ areas: { district: '8417' }, round: 'current', ruleset: 'none', from: openedOn, add: new Map([[0, 1]]) }],
});
const notifyOfCase = definePolicy({
  key: 'notify-of-case',
  on: caseOpened,
  startAt: 'beginning',
  react: ({ data }): SendNotice[] => [{ type: 'SendNotice', householdId: data.householdId }],
});

class CaseOf extends Query<CaseRow | undefined> {
  constructor(readonly householdId: string) {
    super();
  }
}
const opening = z.strictObject({ householdId: z.uuid(), openedOn: z.iso.date(), urgent: z.boolean().default(false) });

@Controller('cases')
class CasesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(viewToken(caseRows)) private readonly rows: ViewHandle<CaseRow>,
  ) {}

  @Post()
  async open(@zodBody(opening) body: z.infer<typeof opening>, @Taken() context: CommandContext): Promise<Handled> {
    return this.commands.execute(new CaseCommand({ type: 'OpenCase', ...body }, context));
  }

  @Get('all')
  async all() {
    return this.rows.find({ index: 'byDay', limit: 10 });
  }

  @Get(':householdId')
  async one(@zodParams(z.object({ householdId: z.uuid() })) { householdId }: { householdId: string }) {
    return this.queries.execute(new CaseOf(householdId));
  }
}

const casesModule = (): DynamicModule =>
  contextModule({
    name: 'case-management',
    aggregates: [
      { aggregate: cases, command: CaseCommand },
      { aggregate: notices, command: NoticeCommand },
    ],
    policies: [{ policy: notifyOfCase, command: NoticeCommand }],
    views: [caseRows],
    tallies: [caseCounts],
    queries: [
      {
        query: CaseOf,
        answer: async ({ householdId }: CaseOf, reach) =>
          (await reach.view(caseRows).get([householdId])).get(householdId),
      },
    ],
    controllers: [CasesController],
  });

let platform: MemoryPlatform;
let server: Server;
const operator = { id: 'somchai', name: 'สมชาย', office: 'district-8417', role: 'SEC-D' };
const startServer = async (): Promise<Server> => {
  const made = await createServer([casesModule()], { name: 'cases', platform, operators: [operator], port: 0 });
  await made.start();
  return made;
};

beforeEach(async () => {
  platform = createMemoryPlatform();
  server = await startServer();
});
afterEach(() => server.stop());

const get = async (path: string): Promise<unknown> => (await fetch(server.url + path)).json();
const open = (body: object, key: string = randomUUID()): Promise<Response> =>
  fetch(`${server.url}/cases`, {
    method: 'POST',
    body: JSON.stringify({ openedOn: '2018-06-01', ...body }),
    headers: { 'content-type': 'application/json', 'faemban-operator': 'somchai', 'idempotency-key': key },
  });

describe('a command over HTTP', () => {
  test('is recorded, shown by the view, counted by the tally, and answered by the policy', async () => {
    const householdId = randomUUID();
    const response = await open({ householdId });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ outcome: 'recorded', types: ['CaseOpened'] });
    await server.settled();
    expect(await get(`/cases/${householdId}`)).toEqual({ householdId, openedOn: '2018-06-01', notices: 1 });
    expect(await get('/cases/all')).toMatchObject({ items: [{ householdId }] });
    const counts = server.app.get<ViewHandle>(viewToken(caseCounts), { strict: false });
    const question = { under: '84', level: 'district', round: 'current', ruleset: 'none' };
    expect(await counts.sum(question)).toEqual([{ area: '8417', sums: new Float64Array([1]) }]);
  });

  test('sent twice takes effect once', async () => {
    const body = { householdId: randomUUID() };
    const [first, second] = [await open(body, 'k1'), await open(body, 'k1')];
    expect([await first.json(), await second.json()]).toMatchObject([{ outcome: 'recorded' }, { outcome: 'repeated' }]);
    expect((await open({ ...body, urgent: true }, 'k1')).status).toBe(422);
    await server.settled();
    expect(await get(`/cases/${body.householdId}`)).toMatchObject({ notices: 1 });
  });

  test('that a rule refuses is a 409 with its sentence', async () => {
    const response = await open({ householdId: randomUUID(), openedOn: '2999-01-01' });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'day-must-be-past', detailEn: 'The day lies ahead.' });
  });

  test('carries who caused it on to what the policy did', async () => {
    const householdId = randomUUID();
    await open({ householdId });
    await server.settled();
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
    await open({ householdId: 'deadbeef-0000-4000-8000-000000000000' });
    const householdId = randomUUID();
    await open({ householdId });
    await server.settled();
    expect(await get(`/cases/${householdId}`)).toMatchObject({ notices: 1 });
    expect(await get('/parked')).toEqual({ total: 0, items: [] });
  });

  test('does not fire again after a restart', async () => {
    const householdId = randomUUID();
    await open({ householdId });
    await server.settled();
    await server.stop();
    server = await startServer();
    await server.settled();
    expect(await get(`/cases/${householdId}`)).toMatchObject({ notices: 1 });
  });
});

describe('operations', () => {
  test('are told what runs, how far it is and what waits', async () => {
    await open({ householdId: randomUUID() });
    await server.settled();
    const status = (await get('/status')) as ServerStatus;
    expect(status.runners.map(({ name, kind, state, lagEvents }) => [name, kind, state, lagEvents])).toEqual([
      ['case-rows', 'view', 'live', 0],
      ['case-counts', 'tally', 'live', 0],
      ['notify-of-case', 'policy', 'live', 0],
    ]);
    expect(status.contexts.find(({ context }) => context === 'case-management')).toMatchObject({ events: 2 });
    expect(status.runners[0]).not.toHaveProperty('vector');
    expect(((await get('/status?vectors=true')) as ServerStatus).runners[0]).toHaveProperty('vector');
  });

  test('see the metrics that matter', async () => {
    await open({ householdId: randomUUID() });
    await server.settled();
    const text = await (await fetch(`${server.url}/metrics`)).text();
    for (const name of [
      'faemban_lag_events{runner="case-rows",kind="view"} 0',
      'faemban_lag_seconds{runner="notify-of-case",kind="policy"} 0',
      'faemban_parked_total{runner="case-rows",kind="view"} 0',
      'faemban_parked_oldest_seconds',
      'faemban_complete_through{runner="case-rows",kind="view",context="case-management"',
      'faemban_sequencer_up{context="case-management"} 1',
      'faemban_sequenced_events{context="case-management"} 2',
      'faemban_http_request_duration_seconds_count{method="POST",route="/cases",status="201"} 1',
      'faemban_event_loop_delay_p99_seconds',
      'faemban_process_resident_memory_bytes',
    ])
      expect(text).toContain(name);
  });

  test('see what could not be applied, with its cause, and the others go on', async () => {
    const poisoned = randomUUID();
    await open({ householdId: poisoned, urgent: true });
    const householdId = randomUUID();
    await open({ householdId });
    await server.settled();
    expect(await get(`/cases/${householdId}`)).toMatchObject({ notices: 1 });
    const parked = await get('/parked');
    expect(parked).toMatchObject({
      total: 2,
      items: [{ name: 'case-rows', kind: 'view', total: 2, events: [{ id: poisoned }, { id: poisoned }] }],
    });
    expect(JSON.stringify(parked)).toContain('cannot read [number]');
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain(
      'faemban_parked_total{runner="case-rows",kind="view"} 2',
    );
  });

  test('see a view that must not go on, while the rest serves', async () => {
    await open({ householdId: randomUUID() });
    await server.settled();
    await server.stop();
    const { views } = platform;
    platform = { ...createMemoryPlatform(), views };
    server = await startServer();
    const response = await fetch(`${server.url}/health/ready`);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('Stopped by a fault: case-rows');
    const { runners } = (await get('/status')) as ServerStatus;
    expect(runners.find(({ name }) => name === 'case-rows')).toMatchObject({
      state: 'faulted',
      fault: expect.stringContaining('log ends at'),
    });
  });

  test('are told in words what the server waits for', async () => {
    await server.settled();
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    server.health.add('vault', () => ({ ready: false, waitingFor: { th: 'รอตู้ข้อมูล', en: 'The vault.' } }));
    server.health.add('broken', () => {
      throw new TypeError('secret');
    });
    const response = await fetch(`${server.url}/health/ready`);
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(text).toContain('รอตู้ข้อมูล');
    expect(text).toContain('TypeError');
    expect(text).not.toContain('secret');
  });
});

describe('many commands at once', () => {
  test('go to the handler itself, and every policy follows', async () => {
    const handler = server.app.get<CommandHandler<OpenCase>>(commandHandlerToken(cases), { strict: false });
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
    await server.settled();
    const { contexts } = (await get('/status')) as ServerStatus;
    expect(contexts.find(({ context }) => context === 'case-management')).toMatchObject({ events: 400 });
  });
});
