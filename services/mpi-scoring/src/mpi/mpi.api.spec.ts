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
const satangPerBaht = 100;

/** Thirty-one answers: pass, but for those named. */
function answering(others: Readonly<Record<number, 'f' | 'n' | 'u'>>): string {
  return Array.from({ length: 31 }, (_, index) => others[index + 1] ?? 'p').join('');
}

interface Household {
  readonly number: number;
  readonly village: string;
  readonly members: number;
  readonly fails?: Readonly<Record<number, 'f' | 'n' | 'u'>>;
  readonly incomeBaht?: number;
  readonly round?: number;
  readonly surveyedOn?: string;
}

/** Records a survey as ingestion does. Income is a member's. */
async function survey(household: Household): Promise<void> {
  const {
    number,
    village,
    members,
    fails = {},
    incomeBaht = 50_000,
    round = 2561,
    surveyedOn = '2018-02-14',
  } = household;
  const householdId = idOf(number);
  const isMunicipal = Number(village.slice(4, 6)) > 50;
  const area = {
    ...surveyed.area,
    sourceCode: village,
    village,
    tambon: isMunicipal ? null : village.slice(0, 6),
    municipality: isMunicipal ? village.slice(0, 6) : null,
    district: village.slice(0, 4),
  };
  const data = {
    ...surveyed,
    householdId,
    area,
    round,
    surveyedOn,
    answers: answering(incomeBaht < 38_000 ? { ...fails, 22: 'f' } : fails),
    figures: { ...surveyed.figures, incomeSatang: incomeBaht * satangPerBaht * members },
    members: Array.from({ length: members }, (_, member) => ({
      ...surveyed.members[0],
      personId: idOf(number * 100 + member + 1),
    })),
  };
  await publish(householdId, { type: 'HouseholdSurveyed', data });
}

async function publish(householdId: string, ...events: readonly DomainEvent[]): Promise<void> {
  const context = commandContext();
  await platform.store('ingestion').append({
    stream: `household-${householdId}`,
    partitionOf: householdId,
    expectedVersion: 'any',
    events,
    context,
    commandDigest: context.commandId,
  });
}

function idOf(number: number): string {
  return `0198b2d0-7c01-7000-8000-${`${number}`.padStart(12, '0')}`;
}

interface Request {
  readonly path: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly raw?: string;
  readonly rawBytes?: number;
  readonly contentType?: string;
}

async function call({ path, method = 'GET', body, raw, rawBytes, contentType = 'application/json' }: Request) {
  const text = rawBytes === undefined ? (raw ?? JSON.stringify(body)) : JSON.stringify('x'.repeat(rawBytes));
  const init = method === 'GET' ? {} : { method, headers: { 'content-type': contentType }, body: text };
  const response = await fetch(server.url + path, init);
  return { status: response.status, body: (await response.json()) as Record<string, never> };
}

// Two districts. 8401: a household of 4 failing income, one of 2 failing nothing. 8402: one of 3 failing water (8) and income, one of 1.
const villages = { a: '8401010101', b: '8401510101', c: '8402010101' };

describe('Alkire-Foster figures over HTTP', () => {
  beforeAll(async () => {
    await survey({ number: 1, village: villages.a, members: 4, incomeBaht: 19_000 });
    await survey({ number: 2, village: villages.b, members: 2 });
    await survey({ number: 3, village: villages.c, members: 3, incomeBaht: 30_000, fails: { 8: 'f', 16: 'n' } });
    await survey({ number: 4, village: villages.c, members: 1, fails: { 16: 'u' } });
    await server.settled();
  });

  test('are those of the ruleset’s own identification, with counts, unit, source, completeness and no sampling error', async () => {
    const { status, body } = await call({ path: '/mpi/figures?level=district&under=84&round=2561' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ruleset: 'tpmap-2561/1',
      unit: 'persons',
      households: 4,
      source: { th: expect.stringContaining('จปฐ.') },
      sampling: { en: expect.stringContaining('Census, no sampling error') },
      units: { poor: { th: 'คน' } },
      figures: [
        {
          path: 'cube',
          specification: { identification: { kind: 'any' }, missing: 'notDeprived', denominator: 60 },
          total: { area: '84', records: 4, persons: 10, poorRecords: 2, poor: 7, H: 0.7 },
          items: [
            { area: '8401', name: { th: 'เมืองสุราษฎร์ธานี' }, persons: 6, poor: 4, A: 1 / 15 },
            { area: '8402', persons: 4, poor: 3, A: 1 / 15 + 1 / 20 },
          ],
        },
      ],
    });
    const { vector, recordedAt } = body['completeThrough'] as unknown as {
      vector: Record<string, number>;
      recordedAt: string;
    };
    const heads = await platform.log.heads('mpi-scoring');
    expect(vector).toEqual(
      Object.fromEntries(
        heads.filter(({ seq }) => seq > 0).map(({ partition, seq }) => [`mpi-scoring/${partition}`, seq]),
      ),
    );
    expect(recordedAt).toMatch(/^\d{4}-/);
  });

  test('take several cut-offs, say what a cut-off means, and give A as null where nobody is poor', async () => {
    const { body } = await call({ path: '/mpi/figures?level=municipality&under=84&round=2561&k=26%25,1' });
    expect(body).toMatchObject({
      figures: [
        { specification: { identification: { k: '13/50', kEffective: '4/15' } }, total: { poor: 0, A: null, M0: 0 } },
        { specification: { identification: { k: '1', kEffective: '1' } } },
      ],
    });
    expect((body['figures'] as unknown as { items: unknown[] }[])[0]?.items).toHaveLength(1);
  });

  test('of income have gaps, from households’ own figures', async () => {
    const { body } = await call({
      path: '/mpi/figures?level=province&under=84&round=2561&k=1/15&gaps=true&detail=indicators',
    });
    const [{ path, total }] = body['figures'] as unknown as [{ path: string; total: Record<string, number> }];
    expect(path).toBe('rows');
    // Income gaps of ½ and 8/38 in a weight of 1/15; the water of 1/20 counts whole.
    expect(total['M1']).toBeCloseTo((4 * (0.5 / 15) + 3 * (8 / 38 / 15 + 1 / 20)) / 10, 12);
    expect(total['M2']).toBeCloseTo((4 * (0.25 / 15) + 3 * ((8 / 38) ** 2 / 15 + 1 / 20)) / 10, 12);
  });

  test('follow what is recorded after the first question', async () => {
    const before = await call({ path: '/mpi/figures?level=district&under=8403&round=2561' });
    expect(before.body).toMatchObject({ figures: [{ total: { persons: 0, H: null }, items: [] }] });
    await survey({ number: 5, village: '8403010101', members: 5, incomeBaht: 1_000 });
    await server.settled();
    const after = await call({ path: '/mpi/figures?level=district&under=8403&round=2561' });
    expect(after.body).toMatchObject({ figures: [{ total: { persons: 5, poor: 5 } }] });
    // A correction of the same round replaces the score from its own day on, and the day before still has the first.
    await survey({ number: 5, village: '8403010101', members: 6, surveyedOn: '2018-05-01' });
    await server.settled();
    const on = async (day: string) =>
      (await call({ path: `/mpi/figures?level=district&under=8403&round=2561&asOf=${day}` })).body;
    expect(await on('2018-05-01')).toMatchObject({ figures: [{ total: { persons: 6, poor: 0 } }] });
    expect(await on('2018-04-30')).toMatchObject({ figures: [{ total: { persons: 5, poor: 5 } }] });
    expect(await on('2018-01-01')).toMatchObject({ figures: [{ total: { persons: 0 } }] });
  });

  test('count households where asked to', async () => {
    const { body } = await call({ path: '/mpi/figures?level=district&under=8401&round=2561&unit=households' });
    expect(body).toMatchObject({
      units: { poor: { en: 'households' } },
      figures: [{ total: { persons: 2, poor: 1, H: 0.5 } }],
    });
  });

  test('are not moved by a register that comes late', async () => {
    await publish(idOf(1), {
      type: 'WelfareRegistrationRecorded',
      data: {
        ...registered,
        householdId: idOf(1),
        registrations: [{ personId: idOf(101), registered: true, verified: true }],
      },
    });
    await server.settled();
    const { body } = await call({ path: '/mpi/figures?level=district&under=8401&round=2561' });
    expect(body).toMatchObject({ households: 5, figures: [{ total: { persons: 6, poor: 4 } }] });
  });
});

describe('what if', () => {
  const ask = (change: unknown) =>
    call({ path: '/mpi/what-if', method: 'POST', body: { level: 'district', under: '84', round: 2561, change } });

  test('the income line were another one: answered from figures, beside the ruleset’s own', async () => {
    const { status, body } = await ask({ thresholds: [{ indicator: 22, min: 25_000 }] });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      path: 'rows',
      computedInMs: expect.any(Number),
      total: { base: { poor: 7 }, whatIf: { poor: 7 }, difference: { poor: 0 } },
      specification: { whatIf: { thresholds: [{ indicator: 22, min: 25_000, unit: 'bahtPerPersonPerYear' }] } },
    });
    expect((await ask({ thresholds: [{ indicator: 22, min: 60_000 }] })).body).toMatchObject({
      total: { whatIf: { poor: 16 }, difference: { poor: 9 } },
    });
  });

  test('the line that is in force gives what is in force', async () => {
    const { body } = await ask({ thresholds: [{ indicator: 22, min: 38_000 }] });
    expect(body).toMatchObject({ total: { difference: { persons: 0, poor: 0, H: 0, M0: 0 } } });
  });

  test.each([
    [{ identification: { kind: 'atLeast', dimensions: 2 } }, 3],
    [{ identification: { kind: 'namedSet', dimensions: ['living'] } }, 3],
    [{ weights: { living: '1/2' }, k: '1/8' }, 3],
    [{ dimensions: [{ key: 'water', indicators: [{ number: 8 }] }], k: '1' }, 3],
    [{ missing: 'listwise', identification: { kind: 'any' } }, 7],
  ])('%j: %p persons are poor', async (change, poor) => {
    const { body } = await ask(change);
    expect(body).toMatchObject({ path: 'cube', total: { whatIf: { poor } } });
  });

  test('weights are re-spread over what applies', async () => {
    const { body } = await ask({ notApplicable: 'reweight', missing: 'reweight', k: '1/3' });
    expect(body).toMatchObject({ specification: { whatIf: { notApplicable: 'reweight', missing: 'reweight' } } });
  });
});

test('robustness compares rankings over cut-offs and weights, and says what is redundant', async () => {
  const { status, body } = await call({ path: '/mpi/robustness?level=district&under=84&round=2561&k=1/20' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    areas: 3,
    schemes: [
      { scheme: 'equal', agreement: { kendallTauB: 1, pairs: 3, pairsKept: 3 } },
      { scheme: 'half-health', weights: { health: '1/2', living: '1/8' } },
      { scheme: 'half-living' },
      { scheme: 'half-education' },
      { scheme: 'half-income' },
      { scheme: 'half-access' },
    ],
    dominance: { pairs: 3, decided: expect.any(Number) },
    associations: [{ indicators: [8, 22], both: 3, overlap: 1 }],
  });
  expect((body['cutoffs'] as unknown as unknown[]).length).toBeGreaterThan(5);
});

test('changes between rounds are taken apart, and the same households followed', async () => {
  await survey({ number: 1, village: villages.a, members: 4, round: 2562, surveyedOn: '2019-02-14' });
  await survey({
    number: 2,
    village: villages.b,
    members: 2,
    round: 2562,
    surveyedOn: '2019-02-14',
    fails: { 8: 'f' },
  });
  await survey({
    number: 6,
    village: villages.c,
    members: 3,
    round: 2562,
    surveyedOn: '2019-02-14',
    fails: { 8: 'f' },
  });
  await server.settled();
  const { status, body } = await call({
    path: '/mpi/changes?level=district&under=84&from=2561&to=2562&asOf=2019-06-01',
  });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    years: 1,
    pathways: { both: 2, becamePoor: 1, leftPoverty: 1, stayedPoor: 0, onlyBefore: 3, onlyAfter: 1 },
    total: { from: { persons: 16, poor: 7 }, to: { persons: 9, poor: 5 } },
  });
  const { total, items } = body as unknown as {
    total: { change: { M0: { absolute: number } }; shapley: { incidence: number; intensity: number } };
    items: { effect: { within: number; demographic: number } }[];
  };
  const change = total.change.M0.absolute;
  expect(total.shapley.incidence + total.shapley.intensity).toBeCloseTo(change, 12);
  expect(items.reduce((sum, { effect }) => sum + effect.within + effect.demographic, 0)).toBeCloseTo(change, 12);
  const days = await call({
    path: '/mpi/changes?level=district&under=84&round=2561&fromDay=2018-04-30&toDay=2018-05-01',
  });
  expect(days.body).toMatchObject({
    pathways: { leftPoverty: 1, stayedPoor: 2 },
    total: { from: { poor: 12 }, to: { poor: 7 } },
  });
});

test('no answer says who somebody is', async () => {
  for (const path of [
    'figures?level=village&under=84&round=2561&detail=indicators',
    'robustness?level=village&under=84&round=2561',
  ]) {
    const text = JSON.stringify((await call({ path: `/mpi/${path}` })).body);
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-7/);
  }
});

const corpus = join(__dirname, '../../corpus/mpi');
interface BadRequest extends Request {
  readonly case: string;
  readonly status: number;
  readonly code: string;
}

describe.each(readdirSync(corpus))('bad requests of %s', (file) => {
  const cases = JSON.parse(readFileSync(join(corpus, file), 'utf8')) as readonly BadRequest[];

  test.each(cases)('$case is refused with what is wrong', async ({ status, code, ...request }) => {
    const answer = await call(request);
    expect(answer).toMatchObject({ status, body: { status, code, detail: expect.stringMatching(/[ก-๙]/) } });
    expect(JSON.stringify(answer.body)).not.toContain('1234567890123');
  });
});
