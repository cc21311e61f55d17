import {
  householdListed,
  householdScored,
  householdSurveyed,
  rulesetPublished,
  rulesetSchema,
  type ContextName,
} from '@faemban/contracts';
import type { DomainEvent } from '@faemban/event-sourcing';
import {
  commandContext,
  createMemoryPlatform,
  createTestClock,
  type MemoryPlatform,
} from '@faemban/event-sourcing/testing';
import type { Server } from '@faemban/nest-kit';
import { tpmap2561 } from '@faemban/reference-data';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createReporting } from './index';

const clock = createTestClock('2021-03-01T02:00:00.000Z');
const [listed] = householdListed.examples;
const [surveyed] = householdSurveyed.examples;
const [scored] = householdScored.examples;
const { householdId } = scored;
const secondHousehold = householdId.replace(/1$/, '2');
const municipal = {
  ...scored.area,
  sourceCode: '8417510101',
  village: '8417510101',
  tambon: null,
  municipality: '841751',
};

/** Starting a server takes seconds on a busy machine. */
const startMsMax = 30_000;
let platform: MemoryPlatform;
let server: Server;

beforeAll(async () => {
  platform = createMemoryPlatform({ clock });
  const fixed = { ruleset: 'tpmap-2561', asOf: '2018-12-31' };
  server = await createReporting(
    {
      releases: [
        { round: 2561, ...fixed, asKnownAt: '2021-03-01' },
        { round: 2562, ...fixed, asKnownAt: '2099-01-01' },
      ],
    },
    { platform, operators: [], port: 0 },
  );
  await server.start();
  await publish('ingestion', { type: 'HouseholdListed', data: listed });
  await publish('ingestion', { type: 'HouseholdSurveyed', data: surveyed });
  await publish('mpi-scoring', { type: 'HouseholdScored', data: scored });
  const other = {
    ...scored,
    householdId: secondHousehold,
    area: municipal,
    failedDimensions: [],
    isPoor: false,
    targetPersons: 0,
  };
  await publish('mpi-scoring', { type: 'HouseholdScored', data: other });
  clock.set('2021-03-02T02:00:00.000Z');
  const answers = scored.answers.replace('f', 'p');
  const corrected = { ...surveyed, answers, figures: { ...surveyed.figures, incomeSatang: 8_000_000 } };
  await publish('ingestion', { type: 'HouseholdSurveyed', data: corrected });
  const better = { ...scored, answers, failedDimensions: [], isPoor: false, targetPersons: 0, failed: [] };
  await publish('mpi-scoring', { type: 'HouseholdScored', data: better });
  await server.settled();
}, startMsMax);
afterAll(() => server.stop());

type HouseholdEvent = DomainEvent & { readonly data: { readonly householdId: string } };

async function publish(context: ContextName, event: HouseholdEvent): Promise<void> {
  const told = commandContext();
  await platform.store(context).append({
    stream: `${context}-${event.data.householdId}`,
    partitionOf: event.data.householdId,
    expectedVersion: 'any',
    events: [event],
    context: told,
    commandDigest: told.commandId,
  });
}

async function publishRulebook(...events: readonly DomainEvent[]): Promise<void> {
  const told = commandContext();
  await platform.store('mpi-scoring').append({
    stream: 'rulebook-mpi-scoring',
    partitionOf: 'self',
    expectedVersion: 'any',
    events,
    context: told,
    commandDigest: told.commandId,
  });
}

const text = async (path: string) => {
  const response = await fetch(server.url + path);
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked into by the expectations
const call = async (path: string): Promise<{ status: number; body: any }> => {
  const answer = await text(path);
  return { status: answer.status, body: JSON.parse(answer.text) };
};

describe('asking for figures', () => {
  test('answers with unit, days, source and ruleset beside the numbers', async () => {
    const { status, body } = await call('/figures?level=district&under=84&round=2561');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      level: 'district',
      round: '2561',
      ruleset: 'tpmap-2561/1',
      mask: '11111',
      scope: 'inside',
      asOf: '2021-03-02',
      asKnownAt: '2021-03-02',
      exceptParkedEvents: 0,
      units: { households: { th: 'ครัวเรือน' }, targetPersons: { th: 'คน' } },
      source: { th: expect.stringContaining('จปฐ.') },
    });
    expect(body.items).toMatchObject([
      {
        area: '8417',
        name: { th: 'พุนพิน' },
        households: 2,
        members: 4,
        poorHouseholds: 0,
        targetPersons: 0,
        ratePercent: 0,
      },
    ]);
  });

  test('as known the day before, still has the household poor', async () => {
    const { body } = await call('/figures?level=municipality&under=84&round=2561&asKnownAt=2021-03-01');
    expect(body.items).toMatchObject([{ area: '841751', households: 1, poorHouseholds: 0 }]);
    const before = await call('/figures?level=tambon&under=8417&round=2561&asKnownAt=2021-03-01');
    expect(before.body.items).toMatchObject([
      {
        area: '841701',
        poorHouseholds: 1,
        poorPersons: 2,
        targetPersons: 1,
        targetByDimension: { health: 0, living: 0, education: 0, income: 1, access: 0 },
        ratePercent: 50,
        happinessMean: 8,
      },
    ]);
  });

  test('under a mask counts only who fails one of its dimensions', async () => {
    const ask = (mask: string) =>
      call(`/figures?level=tambon&under=8417&round=current&asKnownAt=2021-03-01&mask=${mask}`);
    expect((await ask('11101')).body.items).toMatchObject([{ poorHouseholds: 0, targetByDimension: { income: 0 } }]);
    expect((await ask('00010')).body.items).toMatchObject([{ poorHouseholds: 1, targetByDimension: { income: 1 } }]);
  });

  test('gives nothing for an area, a day or a round without data, never everything', async () => {
    for (const rest of ['under=85&round=2561', 'under=84&round=2560', 'under=84&round=2561&asOf=2018-02-13']) {
      expect(await call(`/figures?level=village&${rest}`)).toMatchObject({ status: 200, body: { items: [] } });
    }
  });

  test('as CSV carries unit, days, source and ruleset in every line', async () => {
    const { type, text: csv } = await text(
      '/figures?level=district&under=84&round=2561&asKnownAt=2021-03-01&format=csv',
    );
    expect(type).toBe('text/csv; charset=utf-8');
    const [header = '', line = '', ...rest] = csv.trimEnd().split('\n');
    expect(rest).toEqual([]);
    expect(header.split(',')).toHaveLength(12 + 13 + 5 + 93);
    expect(header).toContain('target_persons,rate_percent,target_health_persons');
    expect(line).toMatch(/^8417,พุนพิน,Phunphin,district,2561,tpmap-2561\/1,11111,inside,2021-03-02,2021-03-01,"BMN/);
  });
});

describe('asking for figures outside the area scope', () => {
  test('gives the fixed release with small cells withheld', async () => {
    const { status, body } = await call('/figures?level=district&under=84&round=2561&scope=outside');
    expect(status).toBe(200);
    expect(body).toMatchObject({ scope: 'outside', asOf: '2018-12-31', asKnownAt: '2021-03-01', note: {} });
    expect(body.items).toMatchObject([
      { area: '8417', households: null, members: null, targetPersons: null, ratePercent: null },
    ]);
    expect(Object.keys(body.items[0])).not.toContain('targetByIndicator');
  });

  test('as CSV leaves withheld figures empty', async () => {
    const { text: csv } = await text('/figures?level=district&under=84&round=2561&scope=outside&format=csv');
    expect(csv).toMatch(/^8417,.*,outside,2018-12-31,2021-03-01,"[^"]+",0,{18}\n$/m);
  });
});

describe('asking for a file in TPMAP’s format', () => {
  test('gives its columns and its quoting', async () => {
    const { type, text: csv } = await text('/tpmap/61_84_amphur_00010.csv?asKnownAt=2021-03-01');
    expect(type).toBe('text/csv; charset=utf-8');
    const [header = '', ...lines] = csv.trimEnd().split('\n');
    expect(header.startsWith('"amphur_ID","poor.household.CNT"')).toBe(true);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^8417,1,2,1,1,0,0,0,1,0,25,(0,){21}1,(0,){9}"84"$/);
  });

  test('has tambons and municipalities side by side, by code', async () => {
    const { text: csv } = await text('/tpmap/61_84_tambol_common.csv');
    expect(csv.split('\n').map((line) => line.split(',')[0])).toEqual(['"tumbol_ID"', '"841701"', '"841751"', '']);
  });
});

describe('asking for households', () => {
  test('lists them by area, a page at a time', async () => {
    const first = await call('/households?under=84&limit=1');
    expect(first.body.items).toMatchObject([{ householdId, village: '8417010101', isPoor: false, round: 2561 }]);
    const second = await call(`/households?under=84&limit=1&after=${first.body.next}`);
    expect(second.body).toMatchObject({
      items: [{ householdId: secondHousehold, areaName: { th: expect.any(String) } }],
    });
    expect(second.body.next).toBeUndefined();
  });

  test('by poverty and round', async () => {
    expect((await call('/households?under=84&poor=true')).body).toEqual({ items: [] });
    expect((await call('/households?under=841751&poor=false')).body.items).toHaveLength(1);
    expect((await call('/households?under=84&round=2562')).body.items).toEqual([]);
  });
});

describe('asking for a household’s history', () => {
  test('tells everything in words, with what changed', async () => {
    const { body } = await call(`/households/${householdId}/history`);
    expect(body.entries.map(({ type }: { type: string }) => type)).toEqual([
      'HouseholdListed',
      'HouseholdSurveyed',
      'HouseholdScored',
      'HouseholdSurveyed',
      'HouseholdScored',
    ]);
    expect(body.entries[3].sentence).toEqual({
      th: 'แก้ไขผลสำรวจรอบปี 2561 จากแหล่ง cdd-bmn: สมาชิก 2 คน รายได้รวม 80,000.00 บาทต่อปี ตกตัวชี้วัด 0 ข้อ เทียบครั้งก่อน: ไม่ตกแล้วตัวชี้วัดที่ 22; รายได้จาก 60,000.00 เป็น 80,000.00 บาท',
      en: 'The survey was corrected, round 2561, from cdd-bmn: 2 members, 80,000.00 baht a year together, indicators failed: 0. Against the time before: no longer failed: 22; income from 60,000.00 to 80,000.00 baht.',
    });
    expect(body.entries[4].sentence.en).toBe(
      'Scored for round 2561 under tpmap-2561/1: not poor (before: poor for failing income).',
    );
    expect(body.entries[2]).toMatchObject({
      actor: { accountId: 'somchai', office: '8417-dcd' },
      validFrom: '2018-02-14',
      score: { isPoor: true, failed: [{ indicator: 22, name: { en: expect.any(String) } }] },
    });
    expect(body.inForce).toMatchObject([{ round: 2561, isPoor: false }]);
    expect(JSON.stringify(body)).not.toContain(scored.members[0]?.personId);
  });

  test('as it was known at a day, at an instant to the second, and before anything was', async () => {
    const ask = async (query: string) => (await call(`/households/${householdId}/history?${query}`)).body;
    expect(await ask('asKnownAt=2021-03-01')).toMatchObject({ inForce: [{ isPoor: true }], entries: { length: 3 } });
    expect((await ask('asKnownAt=2021-03-02T09:00:00%2B07:00')).entries).toHaveLength(5);
    expect((await ask('asKnownAt=2021-03-02T01:59:59Z')).entries).toHaveLength(3);
    expect(await ask('asKnownAt=2021-02-28')).toMatchObject({ inForce: [], entries: [] });
  });

  test('leaves out what was not yet valid', async () => {
    const { body } = await call(`/households/${householdId}/history?asOf=2018-02-13T23:59:59%2B07:00`);
    expect(body).toMatchObject({ asOf: '2018-02-13', inForce: [], entries: [{ type: 'HouseholdListed' }] });
  });
});

describe('comparing two rulesets over the same households', () => {
  const compare = (path: string) => call(`/rulesets/compare${path}`);

  test('says under which there are none, with what there is', async () => {
    const { status, body } = await compare('?one=tpmap-2561/1&other=two-of-five/1&round=2561&under=84&level=district');
    expect([status, body.code]).toEqual([404, 'ruleset-unknown']);
    expect(body.detailEn).toContain('tpmap-2561/1');
  });

  test('counts by area who is poor under both, one or neither, and lists those who differ with the reasons', async () => {
    const { ruleset } = rulesetPublished.examples[0];
    const published = { ruleset, digest: 'a'.repeat(64), draftedBy: 'somchai', origin: 'province' };
    const shipped = { ...published, ruleset: rulesetSchema.parse(tpmap2561), origin: 'shipped' };
    await publishRulebook(
      { type: 'RulesetPublished', data: shipped },
      { type: 'RulesetApplied', data: { ruleset: { id: 'tpmap-2561', version: 1 }, exceptParkedEvents: 0 } },
      { type: 'RulesetPublished', data: published },
    );
    const ref = { id: ruleset.id, version: ruleset.version };
    const third = { ...scored, householdId: householdId.replace(/1$/, '3') };
    await publish('mpi-scoring', { type: 'HouseholdScored', data: third });
    const judged = { ...third, ruleset: ref, isPoor: false, targetPersons: 0 };
    await publish('mpi-scoring', { type: 'HouseholdScored', data: judged });
    await server.settled();

    const question = 'one=tpmap-2561/1&other=two-of-five/1&round=2561&under=84';
    const { status, body } = await compare(`?${question}&level=district`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      one: { key: 'tpmap-2561/1', isApplied: true, rule: { en: 'any one dimension' } },
      other: { key: 'two-of-five/1', isApplied: false, rule: { en: 'at least 2 dimensions' } },
      asOf: '2021-03-02',
      units: { persons: { th: 'คน' } },
      items: [
        {
          area: '8417',
          both: { households: 0, persons: 0 },
          onlyOne: { households: 1, persons: 2 },
          onlyOther: { households: 0, persons: 0 },
          neither: { households: 0, persons: 0 },
          notComparable: { households: 2, persons: 4 },
        },
      ],
    });
    const { body: tambons } = await compare(`?${question}&level=tambon`);
    expect(tambons.items).toMatchObject([{ area: '841701', notComparable: { households: 1 } }]);
    expect((await compare(`?${question}&level=village&asOf=2018-02-13`)).body.items).toEqual([]);

    const { body: households } = await compare(`/households?${question}&limit=1`);
    const all = [...households.items];
    for (let { next } = households; next !== undefined;) {
      const { body: more } = await compare(`/households?${question}&limit=1&after=${next}`);
      all.push(...more.items);
      next = more.next;
    }
    expect(all).toMatchObject([
      {
        householdId: third.householdId,
        village: '8417010101',
        one: { isPoor: true, why: { en: expect.stringContaining('it fails income; the rule is any one dimension.') } },
        other: { isPoor: false, why: { th: expect.stringContaining('ตกอย่างน้อย 2 ด้าน') } },
      },
    ]);
  });

  test('figures answer for the new one beside the old one, which stays the one a round is spoken of by', async () => {
    const figures = async (query: string) => (await call(`/figures?level=province&under=84&round=2561${query}`)).body;
    expect(await figures('')).toMatchObject({ ruleset: 'tpmap-2561/1', items: [{ poorHouseholds: 1 }] });
    expect(await figures('&ruleset=two-of-five/1')).toMatchObject({
      ruleset: 'two-of-five/1',
      items: [{ households: 1, poorHouseholds: 0, poorPersons: 0 }],
    });
    // Not all households are scored under it yet, so its bare id names no version.
    expect(await figures('&ruleset=two-of-five')).toMatchObject({ code: 'ruleset-unknown' });
  });
});

const corpus = join(__dirname, '../corpus/http');
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
