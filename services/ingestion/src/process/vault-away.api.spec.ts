import { createMemoryPlatform } from '@faemban/event-sourcing/testing';
import { createServer, HttpPersonVaultModule, PersonVaultController, type Server } from '@faemban/nest-kit';
import { IngestionServer } from '../testing/ingestion.harness';
import { MemoryVault } from '../testing/memory-vault';
import {
  householdCells,
  householdsCsv,
  memberCells,
  membersCsv,
  registerCells,
  registerCsv,
} from '../testing/survey-files';

const token = 'a-token-of-more-than-thirty-two-characters';
const households = 40;
const refs = Array.from({ length: households }, (_, index) => `H${index}`);
const survey = {
  households: householdsCsv(...refs.map((ref) => householdCells(ref))),
  members: membersCsv(...refs.map((ref, index) => memberCells(ref, index))),
};

let vault: MemoryVault;
let vaultServer: Server | undefined;
let ingestion: IngestionServer;

/** The vault as a process of its own: a server with a token. */
async function startVault(port = 0): Promise<Server> {
  const module = { ...vault.asModule(), controllers: [PersonVaultController] };
  const options = { name: 'identity-verification', platform: createMemoryPlatform(), operators: [], port };
  vaultServer = await createServer([module], { ...options, serviceToken: token });
  await vaultServer.start();
  return vaultServer;
}

beforeEach(async () => {
  vault = new MemoryVault();
  const { url } = await startVault();
  ingestion = await IngestionServer.start({}, undefined, HttpPersonVaultModule.register({ urls: [url], token }));
});
afterEach(async () => {
  await ingestion.stop();
  await vaultServer?.stop();
});

const noteOfVault = async (): Promise<{ en: string } | undefined> => {
  const { status, body } = await ingestion.call<{ checks: { name: string; note?: { en: string } }[] }>(
    'GET',
    '/health/ready',
  );
  expect(status).toBe(200);
  return body.checks.find(({ name }) => name === 'person-vault')?.note;
};

test('an import waits while the process of the vault is stopped, and goes on by itself once it is back', async () => {
  const port = Number(new URL(vaultServer?.url ?? '').port);
  const { importId } = await ingestion.validated('bmn-survey', survey);
  await vaultServer?.stop();
  await ingestion.approve(importId);
  while ((await noteOfVault()) === undefined) await new Promise((resolve) => setImmediate(resolve));
  expect((await noteOfVault())?.en).toContain('Imports wait');
  expect((await ingestion.call('GET', `/imports/${importId}`)).body.state).toBe('applying');
  await startVault(port);
  await ingestion.until(importId, (state) => state === 'applied');
  expect(vault.batches.flatMap((batch) => batch.households)).toHaveLength(households);
  expect(await noteOfVault()).toBeUndefined();
});

test('people of a register are found in the vault of another process', async () => {
  await ingestion.applied('bmn-survey', survey);
  const register = registerCsv(...refs.map((_, index) => registerCells(index)));
  expect(await ingestion.applied('welfare-register', { register })).toMatchObject({ persons: households });
});
