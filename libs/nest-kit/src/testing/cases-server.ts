import { defineEvent, type EventOf } from '@faemban/contracts';
import {
  defineAggregate,
  definePolicy,
  defineTally,
  defineView,
  RuleBroken,
  type CommandContext,
  type Handled,
  type ViewHandle,
} from '@faemban/event-sourcing';
import type { MemoryPlatform } from '@faemban/event-sourcing/testing';
import { Controller, Get, Inject, Post, type DynamicModule } from '@nestjs/common';
import { CommandBus, Query, QueryBus } from '@nestjs/cqrs';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { z } from 'zod';
import { AggregateCommand } from '../commands/aggregate-command';
import { contextModule } from '../contexts/context-module';
import { viewToken } from '../contexts/tokens';
import { Taken } from '../http/taken';
import { zodBody, zodParams } from '../http/validation';
import { createServer, type Server } from '../server';

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
/** Opens a household's case; `urgent` is what the view cannot read. */
export interface OpenCase {
  readonly type: 'OpenCase';
  readonly householdId: string;
  readonly openedOn: string;
  readonly urgent: boolean;
}
interface SendNotice {
  readonly type: 'SendNotice';
  readonly householdId: string;
}

/** Opens once per household. */
export const cases = defineAggregate<'none' | 'open', OpenCase, CaseOpened>({
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
      if (householdId.startsWith('0bad0bad') && !programme.tellsOfBad) throw new TypeError('nobody to tell');
      if (householdId.startsWith('dead'))
        throw new RuleBroken('team-must-exist', { th: 'ไม่มีทีม', en: 'There is no team.' });
      return [{ type: 'NoticeSent', data: { householdId } }];
    },
  },
});
/** What the programme can do, so that a test can mend it: read urgent cases, and tell teams of households that begin with `0bad0bad`. */
export const programme = { readsUrgent: false, tellsOfBad: false };

class CaseCommand extends AggregateCommand<OpenCase> {}
class NoticeCommand extends AggregateCommand<SendNotice> {}

const householdOf = ({ data }: { data: unknown }): string => (data as { householdId: string }).householdId;
interface CaseRow {
  readonly householdId: string;
  readonly openedOn: string;
  readonly notices: number;
}
/** One row per household. */
export const caseRows = defineView<CaseRow>({
  name: 'case-rows',
  version: 1,
  idOf: householdOf,
  slices: {
    'case-management': (slice: Partial<CaseRow> | undefined, { type, data }) => {
      if (type !== 'CaseOpened') return { ...slice, notices: (slice?.notices ?? 0) + 1 };
      const { openedOn, urgent } = data as CaseOpened['data'];
      if (urgent && !programme.readsUrgent) throw new Error('cannot read 1-1017-00203-45-1');
      return { ...slice, openedOn };
    },
  },
  show: (slices: { 'case-management': Partial<CaseRow> }, householdId) => {
    const { openedOn = '', notices: count = 0 } = slices['case-management'];
    return { householdId, openedOn, notices: count };
  },
  indexes: { byDay: ['openedOn'] },
});
/** Open cases by day. */
export const caseCounts = defineTally<string | undefined>({
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

const operator = { id: 'somchai', name: 'สมชาย', office: 'district-8417', role: 'SEC-D' };

/** A started server of one small context, with an aggregate, a policy to a second one, a view, a tally, a query and routes. */
export class CasesServer {
  private constructor(readonly server: Server) {}

  static async start(platform: MemoryPlatform, log?: Logger): Promise<CasesServer> {
    const options = { name: 'cases', platform, operators: [operator], port: 0, ...(log ? { log } : {}) };
    const server = await createServer([casesModule()], options);
    await server.start();
    return new CasesServer(server);
  }

  get url(): string {
    return this.server.url;
  }

  async get(path: string): Promise<unknown> {
    return (await fetch(this.url + path)).json();
  }

  /** `POST /cases`, with a key of its own unless one is given. */
  open(body: object, key: string = randomUUID()): Promise<Response> {
    return fetch(`${this.url}/cases`, {
      method: 'POST',
      body: JSON.stringify({ openedOn: '2018-06-01', ...body }),
      headers: { 'content-type': 'application/json', 'faemban-operator': 'somchai', 'idempotency-key': key },
    });
  }
}
