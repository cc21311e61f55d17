import {
  createSigner,
  createSigningKey,
  faultInSeals,
  proofFault,
  type InclusionProof,
  type Seal,
  type SignedDocument,
  type SigningKeyring,
  type Verification,
} from '@faemban/event-sourcing';
import { createMemoryPlatform, type MemoryPlatform } from '@faemban/event-sourcing/testing';
import { randomUUID } from 'node:crypto';
import { HealthRegistry } from '../operations/health';
import { Metrics } from '../operations/metrics';
import { CasesServer } from '../testing/cases-server';
import { Seals } from './seals.service';
import { Verifications } from './verifications.service';

/** How often it is looked what is to be sealed, in milliseconds. */
const sealLookMs = 15_000;
let platform: MemoryPlatform;
let cases: CasesServer;

beforeEach(async () => {
  platform = createMemoryPlatform();
  cases = await CasesServer.start(platform);
  for (let n = 0; n < 5; n += 1) await cases.open({ householdId: randomUUID() });
  await cases.server.settled();
});
afterEach(() => cases.server.stop());

const post = async (path: string): Promise<unknown> =>
  (await fetch(cases.url + path, { method: 'POST', headers: { 'faemban-operator': 'somchai' } })).json();
const sealsOf = async (): Promise<readonly SignedDocument<Seal>[]> =>
  ((await cases.get('/seals/case-management')) as { items: SignedDocument<Seal>[] }).items;

describe('seals', () => {
  test('fix what was recorded, follow on each other, and are made only when there is something new', async () => {
    expect(await post('/seals')).toMatchObject({
      items: [{ document: { context: 'case-management', number: 1, eventsTotal: 10 } }],
    });
    expect(await post('/seals')).toEqual({ items: [] });
    await cases.open({ householdId: randomUUID() });
    await cases.server.settled();
    expect(await post('/seals')).toMatchObject({ items: [{ document: { number: 2, eventsTotal: 13 } }] });
    const seals = await sealsOf();
    const expected = {
      installation: platform.installationId,
      context: 'case-management',
      trusted: platform.signer.keys,
    } as const;
    expect(faultInSeals(seals, expected)).toBeUndefined();
    expect(faultInSeals(seals.slice(1), expected)).toMatchObject({ what: 'seal-order' });
    expect(await (await fetch(`${cases.url}/metrics`)).text()).toContain(
      'faemban_unsealed_events{context="case-management"} 0',
    );
    const latest = (await cases.get('/seals')) as { items: { context: string; unsealed: number }[] };
    expect(latest.items.find(({ context }) => context === 'case-management')).toMatchObject({ unsealed: 0 });
  });

  test('go on under a new key, which the old one announced', async () => {
    await post('/seals');
    await post('/signing-keys');
    await cases.open({ householdId: randomUUID() });
    await cases.server.settled();
    await post('/seals');
    const keys = (await cases.get('/signing-keys')) as { items: { keyId: string; line: string }[]; changes: unknown[] };
    expect(keys.items).toHaveLength(2);
    expect(keys.changes).toHaveLength(1);
    expect((await sealsOf()).map(({ signature }) => signature.keyId)).toEqual(keys.items.map(({ keyId }) => keyId));
  });

  test('keep their key where keys are only read: a new one is refused, and nothing is changed', async () => {
    await cases.server.stop();
    const keyring = { keys: [createSigningKey('faemban.test', '2026-01-01T00:00:00.000Z')], changes: [] };
    const save = (): never => {
      throw Object.assign(new Error('read-only file system'), { code: 'EROFS' });
    };
    const signer = createSigner(keyring, { save, isWritable: () => false });
    cases = await CasesServer.start(Object.assign(platform, { signer }));
    expect(await cases.get('/signing-keys')).toMatchObject({ canRotate: false });
    expect(await post('/signing-keys')).toMatchObject({
      ...{ status: 409, code: 'keys-only-read', detailEn: expect.stringContaining('the Secret') as string },
    });
    expect(signer.keys).toHaveLength(1);
  });

  test('make keys known that another process made, before they are signed with', async () => {
    await cases.server.stop();
    const published: string[] = [];
    const first = createSigningKey('faemban.test', '2026-01-01T00:00:00.000Z');
    const second = createSigningKey('faemban.test', '2026-02-01T00:00:00.000Z');
    let kept: SigningKeyring | undefined;
    const signer = createSigner({ keys: [first], changes: [] }, { changed: () => kept });
    const publishKeys = (): void => void published.push(signer.key.keyId);
    const sealed = Object.assign(platform, { signer, publishKeys });
    jest.useFakeTimers();
    try {
      const seals = new Seals(sealed, { everySeconds: 1, eventsMax: 1 }, new Metrics(), new HealthRegistry());
      seals.onApplicationBootstrap();
      jest.advanceTimersByTime(sealLookMs);
      expect(published).toEqual([first.keyId]);
      kept = { keys: [first, second], changes: [] };
      jest.advanceTimersByTime(sealLookMs);
      jest.useRealTimers();
      await seals.beforeApplicationShutdown();
    } finally {
      jest.useRealTimers();
    }
    expect(published).toEqual([first.keyId, second.keyId]);
    cases = await CasesServer.start(platform);
  });

  test('are published as checkpoints, and prove single events', async () => {
    const early = await fetch(`${cases.url}/proofs/case-management/0/1`);
    expect(early.status).toBe(404);
    await post('/seals');
    const [seal] = await sealsOf();
    const sealed = seal?.document.partitions[0];
    const at = `case-management/${sealed?.partition ?? 0}`;
    const note = await (await fetch(`${cases.url}/seals/${at}/checkpoint`)).text();
    expect(note.split('\n').slice(0, 2)).toEqual([`faemban.${platform.installationId}/${at}`, String(sealed?.size)]);
    const proof = (await cases.get(`/proofs/${at}/1`)) as InclusionProof;
    expect(proofFault(proof, platform.signer.keys)).toBeUndefined();
    expect(proofFault({ ...proof, body: `${proof.body} ` }, platform.signer.keys)).toBe('event-altered');
    expect(proofFault(proof, [])).toBe('seal-key');
    expect((await fetch(`${cases.url}/proofs/${at}/9999`)).status).toBe(404);
    expect((await fetch(`${cases.url}/proofs/nowhere/0/1`)).status).toBe(400);
  });
});

describe('a verification', () => {
  test('is one at a time, and its time and verdict stay to be asked for', async () => {
    await cases.server.stop();
    const found: Verification = {
      installation: platform.installationId,
      keys: [],
      isKeyGiven: false,
      verdict: 'unaltered',
      events: 10,
      partitions: 2,
      seconds: 0.1,
      seals: 0,
      sealedEvents: 0,
      findings: [],
      findingsTotal: 0,
      sealFaults: [],
    };
    let runs = 0;
    const verifyLog = async () => {
      runs += 1;
      return found;
    };
    const verifications = new Verifications(Object.assign(platform, { verifyLog }), new Metrics());
    expect(await Promise.all([verifications.run(), verifications.run()])).toEqual([found, found]);
    expect(runs).toBe(1);
    await verifications.run();
    expect(runs).toBe(2);
    cases = await CasesServer.start(platform);
    expect(await cases.get('/verifications')).toEqual({ items: [] });
    await post('/verifications');
    expect(await cases.get('/verifications')).toMatchObject({ items: [{ verdict: 'unaltered', events: 10 }] });
    expect(await (await fetch(`${cases.url}/metrics`)).text()).toMatch(
      /faemban_integrity_last_verified_timestamp_seconds\{verdict="unaltered"\} \d+/,
    );
  });
});
