import { documentFault, type SignedDocument } from '@faemban/event-sourcing';
import { createMemoryPlatform, type MemoryPlatform } from '@faemban/event-sourcing/testing';
import { randomUUID } from 'node:crypto';
import { caseRows, CasesServer } from '../testing/cases-server';
import type { RebuildReport } from './rebuild-report';
import type { RebuildStatus } from './rebuilds';

let platform: MemoryPlatform;
let cases: CasesServer;

beforeEach(async () => {
  platform = createMemoryPlatform();
  cases = await CasesServer.start(platform);
  for (let n = 0; n < 6; n += 1) await cases.open({ householdId: randomUUID() });
  await cases.server.settled();
});
afterEach(() => cases.server.stop());

const post = (path: string, body: object = {}): Promise<Response> =>
  fetch(cases.url + path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'faemban-operator': 'somchai' },
  });
const begin = async (body: object): Promise<RebuildStatus> =>
  (await (await post('/rebuilds', body)).json()) as RebuildStatus;
const ended = async ({ rebuildId }: RebuildStatus): Promise<RebuildStatus> => {
  const events = await (await fetch(`${cases.url}/rebuilds/${rebuildId}/events`)).text();
  const told = events.split('\n').filter((line) => line.startsWith('data: '));
  return JSON.parse(told.at(-1)?.slice(6) ?? '{}') as RebuildStatus;
};
const typesOf = async (): Promise<readonly string[]> => {
  const types: string[] = [];
  for (const { partition, seq } of await platform.log.heads('case-management')) {
    for (const { type } of await platform.log.read('case-management', partition, 0, seq)) types.push(type);
  }
  return types.filter((type) => type.startsWith('Rebuild')).sort();
};

describe('a rebuild', () => {
  test('is begun, told as it goes, compared, switched to, recorded and signed', async () => {
    const begun = await begin({ view: 'case-rows' });
    expect(begun).toMatchObject({ view: 'case-rows', state: 'filling', startedBy: 'somchai', eventsTotal: 12 });
    expect(await ended(begun)).toMatchObject({ state: 'switched', ratio: 1, documents: 6, differencesTotal: 0 });
    expect(await typesOf()).toEqual(['RebuildStarted', 'RebuildSwitched', 'RebuildVerified']);
    const report = (await cases.get(`/rebuilds/${begun.rebuildId}/report.json`)) as SignedDocument<RebuildReport>;
    expect(report.document).toMatchObject({
      verdict: 'equal',
      view: 'case-rows',
      installation: platform.installationId,
    });
    expect(report.document.complete.reduce((sum, { seq }) => sum + seq, 0)).toBeGreaterThanOrEqual(12);
    expect(documentFault(report, platform.signer.keys)).toBeUndefined();
    const forged = { ...report, document: { ...report.document, verdict: 'different' } };
    expect(documentFault(forged, platform.signer.keys)).toBe('signature-wrong');
    const page = await (await fetch(`${cases.url}/rebuilds/${begun.rebuildId}/report`)).text();
    expect(page).toContain('<html lang="th">');
    expect(page).toContain(report.signature.value);
    await cases.open({ householdId: randomUUID() });
    await cases.server.settled();
    expect(await cases.get('/cases/all')).toMatchObject({ items: { length: 7 } });
  });

  test('waits to be switched where that was asked, and a second one waits for the first', async () => {
    const begun = await begin({ view: 'case-counts', switch: false });
    const second = await post('/rebuilds', { view: 'case-counts' });
    expect([second.status, await second.json()]).toMatchObject([409, { code: 'rebuild-under-way' }]);
    await waitFor(begun, 'verified');
    expect(await typesOf()).toEqual(['RebuildStarted', 'RebuildVerified']);
    const switched = (await (await post(`/rebuilds/${begun.rebuildId}/switch`)).json()) as RebuildStatus;
    expect(switched).toMatchObject({ state: 'switched', switchedBy: 'somchai' });
    const again = await post(`/rebuilds/${begun.rebuildId}/cancel`);
    expect([again.status, await again.json()]).toMatchObject([409, { code: 'rebuild-not-cancelable' }]);
  });

  test('that differs is refused with the row and its events, and what serves stays; with a reason it is switched to', async () => {
    const live = await (await platform.views('case-management').views.generations(asShape())).open(0);
    const [row] = (await live.find({ index: 'byDay', limit: 1 })).items as { householdId: string }[];
    const householdId = row?.householdId ?? '';
    const slices = { 'case-management': { lastSeq: 99, state: { openedOn: '2018-06-01', notices: 40 } } };
    await live.fill({
      partition: 0,
      puts: [{ id: householdId, slices, indexed: { openedOn: '2018-06-01' } }],
      counters: [],
      parked: [],
    });
    const refused = await ended(await begin({ view: 'case-rows' }));
    expect(refused).toMatchObject({ state: 'refused', differencesTotal: 1 });
    const report = (await cases.get(`/rebuilds/${refused.rebuildId}/report.json`)) as SignedDocument<RebuildReport>;
    expect(report.document.comparison?.differences).toMatchObject([
      { key: householdId, kind: 'altered', eventsTotal: 2, events: [{ type: 'CaseOpened' }, { type: 'NoticeSent' }] },
    ]);
    expect(await (await fetch(`${cases.url}/rebuilds/${refused.rebuildId}/report`)).text()).toContain(householdId);
    expect(await cases.get(`/cases/${householdId}`)).toMatchObject({ notices: 40 });
    const declared = await ended(await begin({ view: 'case-rows', expectDifferences: 'the file was edited by hand' }));
    expect(declared).toMatchObject({ state: 'switched', expectedDifferences: 'the file was edited by hand' });
    expect(await cases.get(`/cases/${householdId}`)).toMatchObject({ notices: 1 });
  });

  test('is paused, found paused by the next start, goes on, and can be cancelled', async () => {
    const begun = await begin({ view: 'case-rows', switch: false });
    await waitFor(begun, 'verified');
    expect((await post(`/rebuilds/${begun.rebuildId}/pause`)).status).toBe(409);
    expect(await (await post(`/rebuilds/${begun.rebuildId}/cancel`)).json()).toMatchObject({ state: 'cancelled' });
    const { views } = platform.views('case-management');
    const interrupted = JSON.parse((await views.rebuilds())[0] ?? '{}') as Record<string, unknown>;
    const generation = await (await views.generations(asShape())).begin();
    const { comparison: _, verifiedAt: __, finishedAt: ___, ...before } = interrupted;
    const rebuildId = randomUUID();
    const record = { ...before, rebuildId, generation, state: 'filling', isPaused: true, eventsFilled: 0 };
    await views.saveRebuild(rebuildId, JSON.stringify(record));
    await cases.server.stop();
    cases = await CasesServer.start(platform);
    const found = (await cases.get(`/rebuilds/${rebuildId}`)) as RebuildStatus;
    expect(found).toMatchObject({ state: 'filling', isPaused: true, etaSeconds: null });
    const metrics = await (await fetch(`${cases.url}/metrics`)).text();
    expect(metrics).toContain('faemban_rebuild_progress_ratio{view="case-rows"} 0');
    await post(`/rebuilds/${rebuildId}/resume`);
    await waitFor(found, 'verified');
    expect(await (await post(`/rebuilds/${rebuildId}/switch`)).json()).toMatchObject({ state: 'switched' });
  });

  test('is refused for a view that is not there, with those that are', async () => {
    const answer = await post('/rebuilds', { view: 'no-such-view' });
    expect([answer.status, await answer.json()]).toMatchObject([
      404,
      { code: 'view-unknown', detailEn: expect.stringContaining('case-rows') as string },
    ]);
    expect((await fetch(`${cases.url}/rebuilds/${randomUUID()}`)).status).toBe(404);
    expect((await post('/rebuilds', { view: 'case-rows', speed: 9 })).status).toBe(400);
  });
});

describe('a completeness certificate', () => {
  test('says up to where a view is complete, with the chain hash there, and what is missing', async () => {
    const poisoned = randomUUID();
    await cases.open({ householdId: poisoned, urgent: true });
    await cases.server.settled();
    const signed = (await cases.get('/certificates/case-rows')) as SignedDocument<Record<string, unknown>>;
    expect(documentFault(signed, platform.signer.keys)).toBeUndefined();
    expect(signed.document).toMatchObject({ eventsTotal: 14, documents: 6, exceptTotal: 2, exceptSequences: 1 });
    expect(signed.document['except']).toMatchObject([
      { id: poisoned, cause: 'poison', code: expect.stringMatching(/^error-/) as string },
      { id: poisoned, cause: 'behind' },
    ]);
    for (const { partition, seq, chainHash } of signed.document['complete'] as {
      partition: number;
      seq: number;
      chainHash: string;
    }[]) {
      const [last] = await platform.log.read('case-management', partition, seq - 1, 1);
      expect(chainHash).toBe(last?.chainHash);
    }
  });
});

const asShape = () => ({
  name: caseRows.name,
  version: 1,
  contexts: ['case-management' as const],
  indexes: { byDay: ['openedOn'] },
  show: caseRows.show,
});

async function waitFor({ rebuildId }: RebuildStatus, state: RebuildStatus['state']): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const now = (await cases.get(`/rebuilds/${rebuildId}`)) as RebuildStatus;
    if (now.state === state) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`The rebuild never was ${state}.`);
}
