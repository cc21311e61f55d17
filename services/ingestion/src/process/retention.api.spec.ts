import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { IngestionServer } from '../testing/ingestion.harness';
import { householdCells, householdsCsv, memberCells, membersCsv } from '../testing/survey-files';
import { filesKeptDays, Retention, uploadOpenDays } from './retention.service';

let ingestion: IngestionServer;
beforeEach(async () => {
  ingestion = await IngestionServer.start();
});
afterEach(() => ingestion.stop());

const dayMs = 24 * 3600 * 1000;
const survey = { households: householdsCsv(householdCells('h-1')), members: membersCsv(memberCells('h-1', 1)) };
const filesOf = (importId: string): string[] => {
  const folder = join(ingestion.dataDir, 'ingestion', 'files', importId);
  return existsSync(folder) ? readdirSync(folder).sort() : [];
};
const sweep = () => ingestion.server.app.get(Retention, { strict: false }).sweep();

test('the files of an import stay for 30 days after its end, then they and their key are gone', async () => {
  const { importId } = await ingestion.applied('bmn-survey', survey);
  ingestion.clock.advance(filesKeptDays * dayMs);
  await sweep();
  expect(filesOf(importId)).toEqual(['households.sealed', 'members.sealed', 'staged.sealed']);
  ingestion.clock.advance(1);
  await sweep();
  expect(filesOf(importId)).toEqual([]);
  expect((await ingestion.call('GET', `/imports/${importId}`)).body).toMatchObject({ state: 'applied', households: 1 });
});

test('an import that still waits for its approval keeps its files', async () => {
  const { importId } = await ingestion.validated('bmn-survey', survey);
  ingestion.clock.advance(400 * dayMs);
  await sweep();
  expect(filesOf(importId)).toHaveLength(3);
});

test('an upload that is never closed is given up after a week, and says so', async () => {
  const importId = await ingestion.upload('bmn-survey', survey);
  ingestion.clock.advance(uploadOpenDays * dayMs + 1);
  await sweep();
  expect((await ingestion.call('GET', `/imports/${importId}`)).body.state).toBe('rejected');
  const [event] = await ingestion.eventsOf(`import-${importId}`);
  expect(event).toMatchObject({ type: 'ImportRejected', data: { reason: 'upload-abandoned' } });
});
