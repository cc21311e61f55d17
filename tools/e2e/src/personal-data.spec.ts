import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { System } from '@faemban/acceptance';
import { Client, uploadImport } from '@faemban/cli';
import { makeSmallSurvey, type SmallSurvey } from './small-survey';

const peopleSearched = 60;
let survey: SmallSurvey;
beforeAll(async () => {
  survey = await makeSmallSurvey();
}, 120_000);
afterAll(() => survey.remove());

/** Every n-th member's number and last name as the file has them; rows with quotes are left out. */
function sampleOfPeople(): string[] {
  const [header = '', ...rows] = readFileSync(survey.members, 'utf8').trim().split('\n');
  const columns = header.trim().split(',');
  const number = columns.indexOf('citizen_id');
  const lastName = columns.indexOf('last_name');
  const every = Math.floor(rows.length / peopleSearched);
  return rows
    .filter((row, at) => at % every === 0 && !row.includes('"'))
    .map((row) => row.split(','))
    .flatMap((cells) => [cells[number] ?? '', cells[lastName] ?? ''])
    .filter((text) => /^\d{13}$/.test(text) || text.length >= 5);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
}

describe('after a survey and the register went through the whole system', () => {
  test('no file, metric or status holds a name or number in clear, and the person can still be looked up', async () => {
    const system = await System.start(survey.dataDir, Date.UTC(2018, 9, 1, 5));
    const uploader = new Client({ url: system.url, operator: 'somchai' });
    const approver = new Client({ url: system.url, operator: 'malee' });
    const imports = [
      { kind: 'bmn-survey', source: 'cdd-bmn', files: { households: survey.households, members: survey.members } },
      { kind: 'welfare-register', source: 'mof-welfare', files: { register: survey.register } },
    ] as const;
    for (const { kind, source, files } of imports) {
      const { importId } = await uploadImport(uploader, { kind, source, round: 2561, files: { ...files } });
      await approver.post(`/imports/${importId}/approval`);
      await approver.waitForImport(importId, ({ state }) => state === 'applied');
    }
    await system.settled();
    const people = sampleOfPeople();
    expect(people.length).toBeGreaterThan(peopleSearched);
    const told = `${await uploader.text('/metrics')}${await uploader.text('/status')}${await uploader.text('/imports')}`;
    expect(people.filter((text) => told.includes(text))).toEqual([]);
    const number = people.find((text) => /^\d{13}$/.test(text)) ?? '';
    expect(await uploader.post('/persons/lookups', { number })).toMatchObject({
      personId: expect.any(String) as string,
    });
    await system.stop();

    const found: string[] = [];
    for (const file of filesBelow(survey.dataDir)) {
      const bytes = readFileSync(file);
      if (people.some((text) => bytes.includes(text))) found.push(file.slice(survey.dataDir.length));
    }
    expect(found).toEqual([]);
  }, 300_000);
});
