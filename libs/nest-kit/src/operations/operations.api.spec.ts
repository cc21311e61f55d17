import { createMemoryPlatform, type MemoryPlatform } from '@faemban/event-sourcing/testing';
import { randomUUID } from 'node:crypto';
import { CasesServer } from '../testing/cases-server';
import type { ServerStatus } from './server-status';

let platform: MemoryPlatform;
let cases: CasesServer;

beforeEach(async () => {
  platform = createMemoryPlatform();
  cases = await CasesServer.start(platform);
});
afterEach(() => cases.server.stop());

describe('operations', () => {
  test('are told what runs, how far it is and what waits', async () => {
    await cases.open({ householdId: randomUUID() });
    await cases.server.settled();
    const status = (await cases.get('/status')) as ServerStatus;
    expect(status.runners.map(({ name, kind, state, lagEvents }) => [name, kind, state, lagEvents])).toEqual([
      ['case-rows', 'view', 'live', 0],
      ['case-counts', 'tally', 'live', 0],
      ['notify-of-case', 'policy', 'live', 0],
    ]);
    expect(status.contexts.find(({ context }) => context === 'case-management')).toMatchObject({ events: 2 });
    expect(status.runners[0]).not.toHaveProperty('vector');
    expect(((await cases.get('/status?vectors=true')) as ServerStatus).runners[0]).toHaveProperty('vector');
  });

  test('see the metrics that matter', async () => {
    await cases.open({ householdId: randomUUID() });
    await cases.server.settled();
    const text = await (await fetch(`${cases.url}/metrics`)).text();
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

  test('see how long people’s requests take, not what machines poll, nor streams of events', async () => {
    await cases.open({ householdId: randomUUID() });
    await cases.server.settled();
    cases.server.health.add('vault', () => ({ ready: false, waitingFor: { th: 'รอตู้ข้อมูล', en: 'The vault.' } }));
    const begun = await fetch(`${cases.url}/rebuilds`, {
      method: 'POST',
      body: JSON.stringify({ view: 'case-rows' }),
      headers: { 'content-type': 'application/json', 'faemban-operator': 'somchai' },
    });
    const { rebuildId } = (await begun.json()) as { rebuildId: string };
    const stream = await fetch(`${cases.url}/rebuilds/${rebuildId}/events`);
    expect(stream.headers.get('x-content-type-options')).toBe('nosniff');
    await stream.text();
    for (const path of ['/health/live', '/health/ready', '/metrics', `/rebuilds/${rebuildId}`]) {
      await (await fetch(cases.url + path)).text();
    }
    const text = await (await fetch(`${cases.url}/metrics`)).text();
    const counted = text.matchAll(/^faemban_http_request_duration_seconds_count\{method="GET",route="([^"]+)"/gm);
    expect(Array.from(counted, ([, route]) => route)).toEqual(['/rebuilds/:rebuildId']);
  });

  test('see what could not be applied, with its cause, and the others go on', async () => {
    const poisoned = randomUUID();
    await cases.open({ householdId: poisoned, urgent: true });
    const householdId = randomUUID();
    await cases.open({ householdId });
    await cases.server.settled();
    expect(await cases.get(`/cases/${householdId}`)).toMatchObject({ notices: 1 });
    const parked = await cases.get('/parked');
    expect(parked).toMatchObject({ total: 2, items: [{ view: 'case-rows', kind: 'view', events: 2, id: poisoned }] });
    expect(JSON.stringify(parked)).toContain('cannot read [number]');
    expect(await (await fetch(`${cases.url}/metrics`)).text()).toContain(
      'faemban_parked_total{runner="case-rows",kind="view"} 2',
    );
    const ready = await fetch(`${cases.url}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      status: 'ready',
      checks: expect.arrayContaining([
        {
          name: 'parked',
          ready: true,
          note: expect.objectContaining({ en: expect.stringContaining('2 events are parked') as string }) as object,
        },
      ]) as object[],
    });
    expect(await cases.get('/status')).toMatchObject({ parked: { total: 2, oldestSeconds: 0 } });
  });

  test('see a view that must not go on, while the rest serves', async () => {
    await cases.open({ householdId: randomUUID() });
    await cases.server.settled();
    await cases.server.stop();
    const { views } = platform;
    platform = { ...createMemoryPlatform(), views };
    cases = await CasesServer.start(platform);
    // It is believed only when the log ends there time and again.
    let told = '';
    while (!told.includes('Stopped by a fault: case-rows')) {
      const response = await fetch(`${cases.url}/health/ready`);
      expect(response.status).toBe(503);
      told = await response.text();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const { runners } = (await cases.get('/status')) as ServerStatus;
    expect(runners.find(({ name }) => name === 'case-rows')).toMatchObject({
      state: 'faulted',
      fault: expect.stringContaining('log ends at'),
    });
  }, 120_000);

  test('are told in words what the server waits for', async () => {
    await cases.server.settled();
    expect((await fetch(`${cases.url}/health/ready`)).status).toBe(200);
    cases.server.health.add('vault', () => ({ ready: false, waitingFor: { th: 'รอตู้ข้อมูล', en: 'The vault.' } }));
    cases.server.health.add('broken', () => {
      throw new TypeError('secret');
    });
    const response = await fetch(`${cases.url}/health/ready`);
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(text).toContain('รอตู้ข้อมูล');
    expect(text).toContain('TypeError');
    expect(text).not.toContain('secret');
  });
});
