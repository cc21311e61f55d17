import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PersonVault, RecordedHousehold, VaultHousehold } from '@faemban/contracts';
import { createMemoryPlatform, type MemoryPlatform } from '@faemban/event-sourcing/testing';
import { httpPersonVault, type Server } from '@faemban/nest-kit';
import { createIdentityVerification } from '../index';
import { aBatch, aHousehold, aMember, householdOne } from '../testing/vault.harness';

const serviceToken = 'a-token-of-more-than-thirty-two-characters';
let dataDir: string;
let platform: MemoryPlatform;
let server: Server;
let vault: PersonVault;

async function start(port = 0): Promise<void> {
  server = await createIdentityVerification({}, { platform, operators: [], port, serviceToken });
  await server.start();
}

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'faemban-vault-http-'));
  platform = createMemoryPlatform({ dataDir });
  await start();
  vault = httpPersonVault({ urls: [server.url], token: serviceToken });
});
afterEach(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const householdAt = (index: number): string => `0198b2d0-7c01-7000-8000-${String(index).padStart(12, '0')}`;
/** A household of four whose second member is also listed in the household before it, under the same number and name. */
const household = (index: number): VaultHousehold =>
  aHousehold(
    householdAt(index),
    aMember({ number: `1${String(index).padStart(12, '0')}`, firstName: `ก${index}` }),
    aMember({ number: `1${String(index - 1).padStart(12, '0')}`, firstName: `ก${index - 1}` }),
    aMember({ number: '', firstName: 'ข', document: { kind: 'none', check: 'notApplicable' } }),
    aMember({ number: '', firstName: 'ข', document: { kind: 'none', check: 'notApplicable' } }),
  );

const recordedEvents = async (type: string): Promise<number> => {
  let count = 0;
  for (let partition = 0; partition < platform.log.partitionCount; partition += 1) {
    const events = await platform.log.read('identity-verification', partition, 0, 100_000);
    count += events.filter((event) => event.type === type).length;
  }
  return count;
};

describe('the vault asked by another process', () => {
  test('recognises the same people in many requests as in one', async () => {
    const households = Array.from({ length: 900 }, (_, index) => household(index + 1));
    const answer = await vault.recordPersons(aBatch('b-1', households));
    expect(answer.map(({ householdId }) => householdId)).toEqual(households.map(({ householdId }) => householdId));
    expect(idsOf(answer).size).toBe(3600);
    expect(await recordedEvents('PersonRecorded')).toBe(3600);
    // Each first member but the last one's is listed again in the next household.
    expect(await recordedEvents('DuplicateSuspected')).toBe(899);
  });

  test('gives the same ids to a batch that is repeated, also after a stop in its midst', async () => {
    const households = Array.from({ length: 900 }, (_, index) => household(index + 1));
    const port = Number(new URL(server.url).port);
    const first = vault.recordPersons(aBatch('b-1', households)).catch(() => undefined);
    while ((await recordedEvents('PersonRecorded')) === 0) await new Promise((resolve) => setImmediate(resolve));
    await server.stop();
    await first;
    await start(port);
    const second = await vault.recordPersons(aBatch('b-1', households));
    expect(await vault.recordPersons(aBatch('b-1', households))).toEqual(second);
    expect(await recordedEvents('PersonRecorded')).toBe(3600);
    expect(idsOf(second).size).toBe(3600);
  });

  test('finds by number', async () => {
    const [recorded] = await vault.recordPersons(aBatch('b-1', [aHousehold(householdOne, aMember())]));
    expect(await vault.findByNumbers([aMember().number, '1'])).toEqual([
      {
        ...{ found: 'one', personId: recorded?.personIds[0], householdId: householdOne },
        document: { kind: 'citizenId', check: 'passed' },
      },
      { found: 'none' },
    ]);
  });

  test('is in no OpenAPI document', () => {
    const paths = Object.keys(server.openApi().paths);
    expect(paths).toContain('/persons/lookups');
    expect(paths.filter((path) => path.startsWith('/vault'))).toEqual([]);
  });
});

test('a vault without a service token is not offered to other processes', async () => {
  const embedded = await createIdentityVerification(
    { keysFolder: 'other-keys', vaultFolder: 'other-vault' },
    { platform, operators: [], port: 0 },
  );
  await embedded.start();
  const asked = httpPersonVault({ urls: [embedded.url], token: serviceToken });
  await expect(asked.findByNumbers(['1'])).rejects.toThrow('404 (not-found)');
  await embedded.stop();
});

const idsOf = (answer: readonly RecordedHousehold[]): Set<string> =>
  new Set(answer.flatMap(({ personIds }) => personIds));
