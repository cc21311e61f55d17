import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, uploadImport, type ImportStatus } from '@faemban/cli';
import { Cluster } from '@faemban/cluster';
import { describeWhere } from '@faemban/fixtures';
import { sourceOf } from '@faemban/native-servers';
import { makeSmallSurvey, type SmallSurvey, type SurveyFiles } from '../small-survey';
import { copyDatabases } from './copied-databases';

const lack = sourceOf('kafka').lack ?? sourceOf('mongo-java-server').lack;

let survey: SmallSurvey;
let system: Cluster | undefined;
let copy: string;
beforeAll(async () => {
  survey = await makeSmallSurvey();
  copy = mkdtempSync(join(tmpdir(), 'faemban-copy-'));
}, 120_000);
afterAll(() => {
  survey.remove();
  rmSync(copy, { recursive: true, force: true });
});
afterEach(() => system?.remove(), 60_000);

const uploader = () => new Client({ url: system?.url ?? '', operator: 'somchai' });
const approver = () => new Client({ url: system?.url ?? '', operator: 'malee' });

const applied = (importId: string): Promise<ImportStatus> =>
  uploader().waitForImport(importId, ({ state }) => state === 'applied');

async function takeIn({ households, members }: SurveyFiles): Promise<ImportStatus> {
  const wanted = { kind: 'bmn-survey', source: 'cdd-bmn', round: 2561, files: { households, members } };
  const { importId } = await uploadImport(uploader(), wanted);
  await approver().post(`/imports/${importId}/approval`);
  return applied(importId);
}

async function begin(): Promise<void> {
  for (const member of system === undefined ? [] : [system.frontDoor, ...system.all]) member.start();
  await system?.ready();
}

interface Logged {
  readonly type: string;
  readonly seq: number;
  readonly id: string;
  readonly data: { readonly householdId?: string; readonly members?: readonly { readonly personId: string }[] };
}

/** Everything that ingestion recorded of households. */
async function householdEvents(): Promise<readonly Logged[]> {
  const all: Logged[] = [];
  const ask = (path: string) => system?.askService('ingestion', path) as Promise<unknown[]>;
  const [answer] = (await ask('/log/ingestion/heads')) as { heads: { partition: number; seq: number }[] }[];
  for (const { partition, seq } of answer?.heads ?? []) {
    for (let after = 0; after < seq;) {
      const [page] = (await ask(`/log/ingestion/${partition}/events?after=${after}`)) as { events: Logged[] }[];
      const events = page?.events ?? [];
      expect(events.length).toBeGreaterThan(0);
      all.push(...events);
      after = events.at(-1)?.seq ?? seq;
    }
  }
  return all.filter(({ data }) => data.householdId !== undefined).sort((one, other) => (one.id < other.id ? -1 : 1));
}

const personsOf = (events: readonly Logged[]): string[] => [
  ...new Set(events.flatMap(({ data }) => (data.members ?? []).map(({ personId }) => personId))),
];
const statusOf = (personId: string): Promise<number> =>
  fetch(`${system?.url}/persons/${personId}`, { headers: { 'faemban-operator': 'malee' } }).then(
    ({ status }) => status,
  );

describeWhere(lack === undefined, lack ?? '')('databases and folders that are restored from one night', () => {
  test('lose nothing that was published since, and take its files and names in again under the same ids', async () => {
    system = await Cluster.start();
    await takeIn(survey.first(30));
    const [erased = ''] = personsOf(await householdEvents());
    await system.settled();
    await system.stop();
    const restore = await copyDatabases(system.mongo.url, system.databasePrefix);
    cpSync(system.folder, copy, { recursive: true });

    await begin();
    const files = survey.firstRevised(60, 5);
    const later = await takeIn(files);
    await approver().post(`/persons/${erased}/erasure`, { legalBasis: 'pdpa-s33' });
    await system.settled();
    const facts = await householdEvents();
    const persons = personsOf(facts);
    await system.stop();

    await restore();
    rmSync(system.folder, { recursive: true });
    cpSync(copy, system.folder, { recursive: true });
    await begin();
    await system.settled();
    expect(await householdEvents()).toEqual(facts);
    expect(await statusOf(erased)).toBe(410);
    const statuses = await Promise.all(persons.map(statusOf));
    expect(statuses.filter((status) => status === 404).length).toBeGreaterThan(0);
    expect(await uploader().get(`/imports/${later.importId}`)).toMatchObject({ state: 'lost' });
    await expect(takeIn(survey.firstRevised(60, 1))).rejects.toMatchObject({ code: 'imports-must-be-restored' });

    for (const [part, file] of Object.entries({ households: files.households, members: files.members })) {
      await uploader().putFile(`/imports/${later.importId}/files/${part}`, file);
    }
    await uploader().post(`/imports/${later.importId}/validation`);
    expect(await applied(later.importId)).toMatchObject({ applied: later.applied });
    expect(await householdEvents()).toEqual(facts);
    expect(await Promise.all(persons.map(statusOf))).toEqual(persons.map((id) => (id === erased ? 410 : 200)));
    // The next survey finds every household and person; who was erased is somebody new.
    expect((await takeIn(survey.firstRevised(60, 1))).applied).toMatchObject({ listed: 0, surveyed: 60 });
    expect(personsOf(await householdEvents()).filter((id) => !persons.includes(id))).toHaveLength(1);
  }, 600_000);
});
