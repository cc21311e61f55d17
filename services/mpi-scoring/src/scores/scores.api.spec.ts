import { householdSurveyed, welfareRegistrationRecorded } from '@faemban/contracts';
import type { DomainEvent } from '@faemban/event-sourcing';
import { commandContext, createMemoryPlatform, type MemoryPlatform } from '@faemban/event-sourcing/testing';
import type { Server } from '@faemban/nest-kit';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMpiScoring } from '../index';

/** Starting a server takes seconds on a busy machine. */
const startMsMax = 30_000;
let platform: MemoryPlatform;
let server: Server;

beforeAll(async () => {
  platform = createMemoryPlatform();
  server = await createMpiScoring({}, { platform, operators: [], port: 0 });
  await server.start();
}, startMsMax);
afterAll(() => server.stop());

const [surveyed] = householdSurveyed.examples;
const [registered] = welfareRegistrationRecorded.examples;
const { householdId } = surveyed;

/** Records events of a household as ingestion does. */
async function publish(...events: readonly DomainEvent[]): Promise<void> {
  const context = commandContext();
  await platform.store('ingestion').append({
    stream: `household-${householdId}`,
    partitionOf: householdId,
    expectedVersion: 'any',
    events,
    context,
    commandDigest: context.commandId,
  });
  await server.settled();
}

const call = async (path: string) => {
  const response = await fetch(server.url + path);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('asking for a household’s score', () => {
  test('before any survey says that there is none', async () => {
    expect(await call(`/households/${householdId}/score`)).toMatchObject({
      status: 404,
      body: { code: 'score-unknown' },
    });
  });

  test('after survey and register explains the result and what would change it', async () => {
    await publish({ type: 'HouseholdSurveyed', data: surveyed });
    await publish({ type: 'WelfareRegistrationRecorded', data: registered });
    const { status, body } = await call(`/households/${householdId}/score`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      householdId,
      round: 2561,
      ruleset: { id: 'tpmap-2561', version: 1 },
      validFrom: '2018-02-14',
      isPoor: true,
      failedDimensions: ['income'],
      members: 2,
      targetPersons: 1,
      flags: { priority3of5: false },
      failed: [
        {
          indicator: 22,
          answer: 'fail',
          measured: { value: 30_000, threshold: 38_000, unit: 'baht/person/year' },
          source: 'cdd-bmn',
          surveyedOn: '2018-02-14',
          sentence: {
            th: expect.stringContaining('วัดได้ 30,000 เกณฑ์คือไม่น้อยกว่า 38,000 บาทต่อคนต่อปี'),
            en: expect.stringContaining('30,000 against at least 38,000'),
          },
        },
      ],
      whatWouldChange: {
        toward: 'notPoor',
        count: 1,
        sentence: {
          th: expect.stringContaining('ขาดอีก 8,000 บาทต่อคนต่อปี'),
          en: 'It would no longer be poor on passing all of: income (indicators 22). Indicator 22 lacks 8,000 baht/person/year.',
        },
      },
    });
    expect(body['sentence']).toMatchObject({ th: expect.stringContaining('14 กุมภาพันธ์ 2561') });
    expect(JSON.stringify(body)).not.toContain(surveyed.members[0]?.personId);
  });

  test('takes the newest round, or the one named', async () => {
    const answers = 'nnnpppppppppppnpnnppnpppppnnppp';
    await publish({ type: 'HouseholdSurveyed', data: { ...surveyed, round: 2562, surveyedOn: '2019-02-14', answers } });
    expect(await call(`/households/${householdId}/score`)).toMatchObject({
      body: { round: 2562, isPoor: false, whatWouldChange: { toward: 'poor', count: 1 } },
    });
    expect(await call(`/households/${householdId}/score?round=2561`)).toMatchObject({ body: { isPoor: true } });
    expect(await call(`/households/${householdId}/score?round=2560`)).toMatchObject({ status: 404 });
    expect(await call(`/households/${householdId}/score?ruleset=another`)).toMatchObject({ status: 404 });
  });
});

describe('asking for rulesets', () => {
  test('lists them as data', async () => {
    expect(await call('/rulesets')).toMatchObject({
      status: 200,
      body: { items: [{ id: 'tpmap-2561', version: 1, identification: { kind: 'any' } }] },
    });
    expect(await call('/rulesets/tpmap-2561')).toMatchObject({ status: 200, body: { dataYears: { from: 2560 } } });
  });

  test('says which there are where one is not known', async () => {
    expect(await call('/rulesets/tpmap-2599')).toMatchObject({
      status: 404,
      body: { code: 'ruleset-unknown', detailEn: expect.stringContaining('tpmap-2561') },
    });
  });
});

const corpus = join(__dirname, '../../corpus/http');
interface BadRequest {
  readonly case: string;
  readonly path: string;
  readonly status: number;
  readonly code: string;
}

describe.each(readdirSync(corpus))('bad requests of %s', (file) => {
  const cases = JSON.parse(readFileSync(join(corpus, file), 'utf8')) as readonly BadRequest[];

  test.each(cases)('$case is refused with what is wrong', async ({ path, status, code }) => {
    const answer = await call(path.replace('{household}', householdId));
    expect(answer).toMatchObject({ status, body: { status, code, detail: expect.stringMatching(/[ก-๙]/) } });
    expect(JSON.stringify(answer.body)).not.toContain('1234567890123');
  });
});
