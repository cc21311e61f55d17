import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PersonVault, personVaultPort } from '@faemban/contracts';
import { createMemoryPlatform } from '@faemban/event-sourcing/testing';
import type { Server } from '@faemban/nest-kit';
import { createIdentityVerification } from '../index';
import { aBatch, aHousehold, aMember, householdOne, householdTwo } from '../testing/vault.harness';

let server: Server;
let dataDir: string;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'faemban-persons-'));
  const platform = createMemoryPlatform({ dataDir });
  const operators = [{ id: 'somchai', name: 'สมชาย', office: 'SEC-D 8417', role: 'SEC-D' }];
  server = await createIdentityVerification({}, { platform, operators, port: 0 });
  await server.start();
});
afterEach(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const record = (...households: ReturnType<typeof aHousehold>[]) =>
  server.app.get<PersonVault>(personVaultPort, { strict: false }).recordPersons(aBatch('b1', households));

async function call(method: string, path: string, body?: unknown, operator = 'somchai') {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: { 'faemban-operator': operator, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const { number } = aMember();

describe('looking a number up', () => {
  test('answers who has it, however it is written', async () => {
    const [household] = await record(aHousehold(householdOne, aMember()));
    const { status, body } = await call('POST', '/persons/lookups', { number: '๓-๘๔๐๐-๐๐๐๐๐-๐๑-๖' });
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        personId: household?.personIds[0],
        householdId: householdOne,
        document: { kind: 'citizenId', check: 'passed' },
      },
    });
  });

  test('answers 404 where nobody has it, and 409 where two have', async () => {
    expect((await call('POST', '/persons/lookups', { number })).body['code']).toBe('person-unknown');
    await record(aHousehold(householdOne, aMember()), aHousehold(householdTwo, aMember({ firstName: 'สมศรี' })));
    const { status, body } = await call('POST', '/persons/lookups', { number });
    expect({ status, code: body['code'] }).toEqual({ status: 409, code: 'number-held-by-two' });
  });

  test.each([
    ['1.84E+12', 'number-in-scientific-notation'],
    ['384000000001', 'number-wrong-length'],
    ['3840000000018', 'number-check-digit'],
    [' ', 'number-missing'],
    ['', 'input-invalid'],
    ['9'.repeat(41), 'input-invalid'],
  ])('refuses %p and never repeats it', async (text, code) => {
    const { status, body } = await call('POST', '/persons/lookups', { number: text });
    expect({ status, code: body['code'] }).toEqual({ status: 400, code });
    if (text.trim().length > 8) expect(JSON.stringify(body)).not.toContain(text);
  });
});

describe('reading a person', () => {
  test('opens his entry', async () => {
    const [household] = await record(aHousehold(householdOne, aMember()));
    const { status, body } = await call('GET', `/persons/${household?.personIds[0]}`);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { firstName: 'สมชาย', lastName: 'ใจดี', number, bornOn: '1977-06-01', address: { houseNo: '99/1' } },
    });
  });

  test('answers 404 for nobody and 400 for what is no id', async () => {
    expect((await call('GET', `/persons/${householdOne}`)).status).toBe(404);
    expect((await call('GET', '/persons/1')).status).toBe(400);
  });
});

describe('erasing a person', () => {
  test('takes him out of reading and lookups, in the name of an operator', async () => {
    const [household] = await record(aHousehold(householdOne, aMember()));
    const path = `/persons/${household?.personIds[0]}`;
    expect((await call('POST', `${path}/erasure`, { legalBasis: 'pdpa-s33' }, 'nobody')).status).toBe(403);
    expect((await call('POST', `${path}/erasure`, { legalBasis: 'because' })).status).toBe(400);
    expect((await call('GET', path)).status).toBe(200);
    expect((await call('POST', `${path}/erasure`, { legalBasis: 'pdpa-s33' })).body).toMatchObject({ erased: true });
    expect((await call('GET', path)).body['code']).toBe('person-erased');
    expect((await call('POST', '/persons/lookups', { number })).status).toBe(404);
  });

  test('of somebody nobody recorded answers 404', async () => {
    expect((await call('POST', `/persons/${householdOne}/erasure`, { legalBasis: 'pdpa-s33' })).status).toBe(404);
  });
});
