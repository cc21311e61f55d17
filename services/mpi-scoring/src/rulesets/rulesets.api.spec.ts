import { householdSurveyed, rulesetPublished } from '@faemban/contracts';
import { commandContext, createMemoryPlatform, type MemoryPlatform } from '@faemban/event-sourcing/testing';
import type { Server } from '@faemban/nest-kit';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMpiScoring } from '../index';

/** Starting a server takes seconds on a busy machine. */
const startMsMax = 30_000;
const operators = ['somchai', 'malee'].map((id) => ({ id, name: id, office: 'SEC-P 84', role: 'SEC-P' }));
const { ruleset } = rulesetPublished.examples[0];
const [surveyed] = householdSurveyed.examples;
const households = ['1', '2', '3'].map((digit) => surveyed.householdId.replace(/1$/, digit));

let platform: MemoryPlatform;
let server: Server;

async function start(): Promise<void> {
  server = await createMpiScoring({}, { platform, operators, port: 0 });
  await server.start();
}

async function survey(householdId: string, round = 2561): Promise<void> {
  const context = commandContext();
  await platform.store('ingestion').append({
    stream: `household-${householdId}`,
    partitionOf: householdId,
    expectedVersion: 'any',
    events: [{ type: 'HouseholdSurveyed', data: { ...surveyed, householdId, round } }],
    context,
    commandDigest: context.commandId,
  });
  await server.settled();
}

async function call(method: string, path: string, body?: unknown, operator = 'somchai') {
  const response = await fetch(server.url + path, {
    method,
    headers: { 'content-type': 'application/json', 'faemban-operator': operator },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are looked into by the expectations
  return { status: response.status, body: (await response.json()) as any };
}
const draft = (change = {}, operator?: string) =>
  call('POST', '/rulesets/drafts', { ruleset: { ...ruleset, ...change } }, operator);
const publish = (version: number, digest: string, operator: string) =>
  call('POST', `/rulesets/two-of-five/${version}/publication`, { digest }, operator);
const scoreOf = async (householdId: string, key: string) =>
  (await call('GET', `/households/${householdId}/score?ruleset=${key}`)).body;
const scoredEvents = async (householdId: string) =>
  (await platform.store('mpi-scoring').load(`score-${householdId}`)).flatMap(({ type, data }) =>
    type === 'HouseholdScored' ? [(data as { ruleset: { id: string } }).ruleset.id] : [],
  );

beforeAll(async () => {
  platform = createMemoryPlatform();
  await start();
  await survey(households[0] ?? '');
}, startMsMax);
afterAll(() => server.stop());

describe('what ships', () => {
  test('is published at installation through the same event, by the platform', async () => {
    const { body } = await call('GET', '/rulesets/tpmap-2561/1');
    expect(body).toMatchObject({
      publication: { origin: 'shipped', draftedBy: 'platform', publishedBy: 'platform', isApplied: true },
    });
    const events = await platform.store('mpi-scoring').load('rulebook-mpi-scoring');
    expect(events.map(({ type }) => type)).toEqual(['RulesetPublished', 'RulesetApplied']);
  });
});

describe('drafting and publishing a ruleset', () => {
  test('takes two people; then households that were there are scored under it beside what they were', async () => {
    const drafted = await draft();
    expect(drafted).toMatchObject({ status: 201, body: { id: 'two-of-five', draft: { draftedBy: 'somchai' } } });
    const { digest } = drafted.body.draft;
    expect((await call('GET', '/rulesets')).body).toMatchObject({ drafts: [{ id: 'two-of-five', version: 1 }] });
    expect(await scoreOf(households[0] ?? '', 'two-of-five/1')).toMatchObject({ code: 'score-unknown' });

    expect(await publish(1, digest, 'somchai')).toMatchObject({
      status: 409,
      body: { code: 'publisher-must-not-be-drafter', detail: expect.stringMatching(/[ก-๙]/) },
    });
    expect(await publish(1, 'b'.repeat(64), 'malee')).toMatchObject({ body: { code: 'ruleset-draft-changed' } });
    expect(await publish(1, digest, 'malee')).toMatchObject({
      status: 200,
      body: { publication: { draftedBy: 'somchai' } },
    });
    await server.settled();

    expect((await call('GET', '/rulesets')).body).toMatchObject({
      items: [{ id: 'tpmap-2561' }, { id: 'two-of-five', publication: { isApplied: true, publishedBy: 'malee' } }],
      drafts: [],
    });
    expect(await scoreOf(households[0] ?? '', 'two-of-five/1')).toMatchObject({
      isPoor: false,
      failedDimensions: ['income'],
      sentence: { en: expect.stringContaining('not poor under the Two of five dimensions') },
    });
    expect(await scoreOf(households[0] ?? '', 'tpmap-2561/1')).toMatchObject({ isPoor: true });
    expect((await call('GET', `/households/${households[0]}/score`)).body).toMatchObject({
      ruleset: { id: 'tpmap-2561' },
    });
    expect(await scoredEvents(households[0] ?? '')).toEqual(['tpmap-2561', 'two-of-five']);
  });

  test(
    'scores what comes later under both in one go, and after a restart nothing again',
    async () => {
      await survey(households[1] ?? '');
      expect(await scoredEvents(households[1] ?? '')).toEqual(['tpmap-2561', 'two-of-five']);
      await server.stop();
      await start();
      await survey(households[2] ?? '');
      for (const id of households) expect(await scoredEvents(id)).toEqual(['tpmap-2561', 'two-of-five']);
      const events = await platform.store('mpi-scoring').load('rulebook-mpi-scoring');
      expect(events.map(({ type }) => type)).toEqual([
        ...['RulesetPublished', 'RulesetApplied', 'RulesetDrafted', 'RulesetPublished', 'RulesetApplied'],
      ]);
    },
    startMsMax,
  );

  test('a version that is published never changes; a new one stands beside it', async () => {
    expect(await draft({ unknown: 'failed' })).toMatchObject({
      status: 409,
      body: { code: 'ruleset-version-not-next' },
    });
    const { body } = await draft({ version: 2, identification: { kind: 'any' } }, 'malee');
    expect((await publish(2, body.draft.digest, 'somchai')).status).toBe(200);
    await server.settled();
    expect(await scoreOf(households[0] ?? '', 'two-of-five/2')).toMatchObject({ isPoor: true });
    expect(await scoreOf(households[0] ?? '', 'two-of-five')).toMatchObject({ ruleset: { version: 2 } });
    expect(await scoreOf(households[0] ?? '', 'two-of-five/1')).toMatchObject({ isPoor: false });
  });

  test(
    'stopped in the middle, it goes on where it was',
    async () => {
      const { body } = await draft({ version: 3 }, 'malee');
      await publish(3, body.draft.digest, 'somchai');
      await server.stop();
      await start();
      await server.settled();
      for (const id of households) {
        expect((await scoredEvents(id)).filter((each) => each === 'two-of-five')).toHaveLength(3);
      }
      expect((await call('GET', '/rulesets/two-of-five/3')).body.publication).toMatchObject({ isApplied: true });
    },
    startMsMax,
  );
});

const corpus = join(__dirname, '../../corpus/commands');
interface BadCommand {
  readonly case: string;
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  readonly code: string;
}

describe.each(readdirSync(corpus))('bad commands of %s', (file) => {
  const cases = JSON.parse(readFileSync(join(corpus, file), 'utf8')) as readonly BadCommand[];

  test.each(cases)('$case is refused with what is wrong', async ({ path, body, status, code }) => {
    const change = typeof body === 'object' && body !== null && 'change' in body ? body.change : undefined;
    const sent = change === undefined ? body : { ruleset: { ...ruleset, id: 'another', ...(change as object) } };
    const answer = await call('POST', path, sent);
    expect(answer).toMatchObject({ status, body: { status, code, detail: expect.stringMatching(/[ก-๙]/) } });
    expect(JSON.stringify(answer.body)).not.toContain('1234567890123');
  });
});
