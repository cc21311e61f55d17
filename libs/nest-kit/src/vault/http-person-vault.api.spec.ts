import { personVaultPort, type NumberMatch, type PersonBatch, type PersonVault } from '@faemban/contracts';
import { classify, createIds, deterministicId } from '@faemban/event-sourcing';
import { createMemoryPlatform, createTestClock } from '@faemban/event-sourcing/testing';
import { jsonBodyBytesMax } from '../http/fastify';
import { createLogger } from '../operations/logs';
import { createServer, type Server } from '../server';
import { httpPersonVault, vaultRequestBytesMax } from './http-person-vault';
import { PersonVaultController } from './person-vault.controller';

const token = 'a-token-of-more-than-thirty-two-characters';
const ids = createIds({ clock: createTestClock() });
const name = 'สมหญิง-ลับ';
const number = '3840000000016';

/** A vault that answers by rule and notes what it was asked. */
class NotingVault implements PersonVault {
  readonly batches: PersonBatch[] = [];
  readonly lookups: (readonly string[])[] = [];
  fails: Error | undefined;

  async recordPersons(batch: PersonBatch) {
    if (this.fails) throw this.fails;
    this.batches.push(batch);
    return batch.households.map(({ householdId, members }) => ({
      householdId,
      personIds: members.map((_, index) => deterministicId(householdId, String(index))),
    }));
  }

  async findByNumbers(numbers: readonly string[]) {
    if (this.fails) throw this.fails;
    this.lookups.push(numbers);
    return numbers.map((asked): NumberMatch => (asked.endsWith('7') ? { found: 'several' } : { found: 'none' }));
  }
}

let vault: NotingVault;
let server: Server;
const lines: string[] = [];

async function start(port = 0): Promise<void> {
  class Vault {}
  const module = {
    module: Vault,
    controllers: [PersonVaultController],
    providers: [{ provide: personVaultPort, useValue: vault }],
  };
  server = await createServer([module], {
    ...{ name: 'identity-verification', platform: createMemoryPlatform(), operators: [], port, serviceToken: token },
    log: createLogger('test', 'debug', { write: (line) => void lines.push(line) }),
  });
  await server.start();
}

beforeEach(async () => {
  lines.length = 0;
  vault = new NotingVault();
  await start();
});
afterEach(() => server.stop());

const client = (): PersonVault => httpPersonVault({ urls: [server.url], token });
const aHousehold = (members = 1, firstName = name): PersonBatch['households'][number] => ({
  householdId: ids.next(),
  area: '8417010101',
  address: { houseCode: '84170101001', houseNo: '99/1', moo: '5', soi: '', road: '' },
  members: Array.from({ length: members }, () => ({
    ...{ title: 'นาง', firstName, lastName: 'ใจดี', number, bornOn: null, bornPrecision: null },
    document: { kind: 'citizenId', check: 'passed' },
  })),
});
const aBatch = (households: PersonBatch['households']): PersonBatch => ({
  ...{ batchId: 'b-1', source: 'cdd-bmn', round: 2561, correlationId: 'c-1', causationId: 'e-1', households },
  actor: { accountId: 'malee', office: 'SEC-P 84', role: 'SEC-P', channel: 'import' },
});

describe('a batch', () => {
  test('reaches the vault as it was given, and its answer comes back', async () => {
    const batch = aBatch([aHousehold(2), aHousehold(0)]);
    const answer = await client().recordPersons(batch);
    expect(vault.batches).toEqual([batch]);
    expect(answer).toEqual(await new NotingVault().recordPersons(batch));
  });

  test('larger than a request is cut between households, and answered in order', async () => {
    const households = Array.from({ length: 2500 }, () => aHousehold(3));
    const answer = await client().recordPersons(aBatch(households));
    expect(answer.map(({ householdId }) => householdId)).toEqual(households.map(({ householdId }) => householdId));
    expect(vault.batches.flatMap((batch) => batch.households)).toEqual(households);
    expect(vault.batches.length).toBeGreaterThan(2);
    for (const { households: piece } of vault.batches) {
      expect(Buffer.byteLength(JSON.stringify(piece))).toBeLessThan(vaultRequestBytesMax + 1001);
    }
    expect(new Set(vault.batches.map(({ batchId }) => batchId)).size).toBe(vault.batches.length);
  });

  test('with the largest household there can be still fits into a request', async () => {
    const household = aHousehold(60, 'ก'.repeat(200));
    expect(Buffer.byteLength(JSON.stringify(household))).toBeLessThan(jsonBodyBytesMax);
    expect(await client().recordPersons(aBatch([household]))).toHaveLength(1);
  });

  test('of nothing asks nobody', async () => {
    await server.stop();
    expect(await client().recordPersons(aBatch([]))).toEqual([]);
    expect(await client().findByNumbers([])).toEqual([]);
  });
});

test('numbers are looked up in bounded requests, in the order asked', async () => {
  const numbers = Array.from({ length: 4500 }, (_, index) => String(index));
  const matches = await client().findByNumbers(numbers);
  expect(vault.lookups.map(({ length }) => length)).toEqual([2000, 2000, 500]);
  expect(matches).toEqual(await new NotingVault().findByNumbers(numbers));
});

describe('a vault that cannot answer', () => {
  test.each([
    ['is stopped', () => server.stop()],
    ['has no database', () => void (vault.fails = Object.assign(new Error('no primary'), { code: 'EAGAIN' }))],
    ['fails over a name', () => void (vault.fails = new Error(`${name} ${number}`))],
  ])('that %s is transient, and its error has no personal data', async (_how, fail) => {
    await fail();
    const failure = await client()
      .recordPersons(aBatch([aHousehold()]))
      .catch((error: unknown) => error);
    expect(classify(failure)).toBe('transient');
    expect(`${String(failure)} ${(failure as Error).stack}`).not.toMatch(/สมหญิง|3840000000016/);
  });

  test('answers again once it is back', async () => {
    const port = Number(new URL(server.url).port);
    const asked = client();
    await server.stop();
    await expect(asked.findByNumbers(['1'])).rejects.toMatchObject({ name: 'PeerUnavailable' });
    await start(port);
    expect(await asked.findByNumbers(['1'])).toEqual([{ found: 'none' }]);
  });

  test('or answers about somebody else is not believed', async () => {
    vault.recordPersons = async () => [{ householdId: ids.next(), personIds: [ids.next()] }];
    await expect(client().recordPersons(aBatch([aHousehold()]))).rejects.toMatchObject({ name: 'PeerUnavailable' });
    vault.findByNumbers = async () => [];
    await expect(client().findByNumbers(['1'])).rejects.toMatchObject({ name: 'PeerUnavailable' });
  });
});

test('what is refused is neither repeated nor logged', async () => {
  const batch = { ...aBatch([aHousehold()]), more: name };
  const answer = await fetch(`${server.url}/vault/persons`, {
    method: 'POST',
    body: JSON.stringify(batch),
    headers: { 'content-type': 'application/json', 'faemban-service-token': token },
  });
  expect(answer.status).toBe(400);
  expect((await answer.text()) + lines.join('')).not.toMatch(/สมหญิง|3840000000016/);
  expect(lines.join('')).toContain('/vault/persons');
});
