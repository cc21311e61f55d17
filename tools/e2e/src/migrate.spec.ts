import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { System } from '@faemban/acceptance';
import {
  Client,
  migrateFolder,
  MigrationRefused,
  openMongoState,
  SourceAltered,
  type MigrationOrder,
  type MigrationWatch,
} from '@faemban/cli';
import { contextNames, type ContextName } from '@faemban/contracts';
import { commandDigest, type LoggedEvent } from '@faemban/event-sourcing';
import { readAll } from '@faemban/event-sourcing/testing';
import { describeOnMongo } from '@faemban/native-servers';
import { openMongoEvents, type MongoEvents } from '@faemban/store-mongo';
import {
  lockDataFolder,
  openSqlite,
  openSqliteEvents,
  openStoredLog,
  readBesideViews,
  readSeals,
} from '@faemban/store-sqlite';
import { createStandalone } from '@faemban/standalone';
import { createConnection } from 'mongoose';
import { importSurvey } from './import-survey';
import { makeSmallSurvey, type SmallSurvey } from './small-survey';
import { tamperFile } from './tamper-file';

jest.setTimeout(300_000);

const now = Date.UTC(2018, 9, 1, 5);
const households = 12;
const served: readonly ContextName[] = ['ingestion', 'identity-verification', 'mpi-scoring', 'reporting'];

/** Stands for the death of the process: nothing after it is done. */
class Killed extends Error {}

const silent: MigrationWatch = {
  step: () => undefined,
  progress: () => undefined,
  beforeWrite: () => undefined,
};
/** Dies before its n-th write. */
const dyingAt = (n: number): MigrationWatch => {
  let left = n;
  return {
    ...silent,
    beforeWrite() {
      left -= 1;
      if (left === 0) throw new Killed();
    },
  };
};

let survey: SmallSurvey;
beforeAll(async () => {
  survey = await makeSmallSurvey();
  const system = await System.start(survey.dataDir, now);
  await importSurvey(system, survey.first(households));
  await new Client({ url: system.url, operator: 'malee' }).post('/seals');
  await system.settled();
  await system.stop();
}, 300_000);
afterAll(() => survey.remove());

let folder: string;
let data: string;
let prefix: string;
let prefixes = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faemban-migrate-'));
  data = join(folder, 'data');
  cpSync(survey.dataDir, data, { recursive: true });
  chmodSync(join(data, 'keys'), 0o700);
  prefixes += 1;
  prefix = `m${process.pid}-${prefixes}`;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describeOnMongo('migrating an embedded installation', (server, { name }) => {
  const capabilities = { replacesAtomically: name !== 'ferretdb' };
  afterEach(async () => {
    const connection = await createConnection(server().url).asPromise();
    try {
      for (const context of contextNames) await connection.useDb(`${prefix}-${context}`).dropDatabase();
    } finally {
      await connection.close();
    }
  });

  const order = (more: Partial<MigrationOrder> = {}): MigrationOrder => ({
    data,
    mongo: { url: server().url, databasePrefix: prefix, capabilities },
    toData: join(folder, 'services'),
    keys: join(folder, 'service-keys'),
    resume: false,
    clock: Date.now,
    openState: openMongoState,
    watch: silent,
    ...more,
  });
  const databaseOf = (context: ContextName) => ({
    url: server().url,
    database: `${prefix}-${context}`,
    capabilities,
  });
  const withService = async <Result>(context: ContextName, work: (service: MongoEvents) => Promise<Result>) => {
    const service = await openMongoEvents({ ...databaseOf(context), contexts: [context], clock: Date.now });
    try {
      return await work(service);
    } finally {
      await service.close();
    }
  };

  /** Every event, head and command of the databases, with seals, policies, files and keys, is the data folder's. */
  const expectSame = async (): Promise<void> => {
    const ours = openStoredLog(join(data, 'events.sqlite'));
    const read = await openSqliteEvents({ file: join(data, 'events.sqlite'), clock: Date.now, readonly: true });
    try {
      for (const context of served) {
        await withService(context, async (service) => {
          expect(service.installationId).toBe(ours.installationId);
          expect(service.log.partitionCount).toBe(ours.partitionCount);
          expect(await service.log.heads(context)).toEqual(ours.heads(context));
          const events = await readAll(service.log, context, 500);
          expect(textsOf(events)).toEqual(textsOf(await readAll(read.log, context, 500)));
          const commandIds = [...new Set(events.map(({ commandId }) => commandId))];
          expect(commandIds).toHaveLength(ours.counts(context).commands);
          // One query each: some are enough, since the migration itself compares all of them.
          const some = commandIds.filter((_, at) => at % Math.ceil(commandIds.length / 5) === 0);
          for (const [commandId, { digest, ...where }] of ours.commands(context, some)) {
            const eventIds = events.filter((event) => event.commandId === commandId).map(({ id }) => id);
            const outcome = await service.store(context).outcomeOf(commandId);
            expect(outcome).toMatchObject({ ...where, commandDigest: digest, eventIds });
          }
        });
        await expectSameState(context);
      }
    } finally {
      ours.close();
      await read.close();
    }
    expect(digestsBelow(join(folder, 'services', 'ingestion'))).toEqual(digestsBelow(join(data, 'ingestion')));
    expect(digestsBelow(join(folder, 'service-keys'))).toEqual(digestsBelow(join(data, 'keys')));
  };
  const expectSameState = async (context: ContextName): Promise<void> => {
    const state = await openMongoState({ ...databaseOf(context), context, installationId: '' });
    try {
      expect(await state.seals.seals(context)).toEqual(readSeals(join(data, 'seals'), context).seals);
      const file = join(data, `${context}.sqlite`);
      for (const policy of existsSync(file) ? readBesideViews(file).policies : []) {
        const handle = await state.policies.open(policy);
        expect(await handle.checkpoint()).toEqual(policy.checkpoint);
      }
    } finally {
      await state.close();
    }
  };

  test('gives the same events, commands, seals, policies, files and keys, and a signed report', async () => {
    const { report, signed } = await migrateFolder(order());
    await expectSame();
    expect(report.events).toBeGreaterThan(households);
    expect(report.contexts.map(({ context }) => context)).toEqual(served);
    expect(report.contexts.find(({ context }) => context === 'ingestion')?.seals).toBeGreaterThan(0);
    expect(signed?.document).toEqual(report);
    expect(statSync(join(folder, 'service-keys/ingestion.key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'service-keys'))).not.toContain('heads.json');
  });

  test('lets a command that was accepted before have its recorded outcome, and another under its id is an error', async () => {
    await migrateFolder(order());
    await withService('ingestion', async (service) => {
      const [event] = await service.log.read('ingestion', await fullPartition(service), 0, 1);
      const { stream, commandId } = event as LoggedEvent;
      const known = await service.store('ingestion').outcomeOf(commandId);
      const again = {
        stream,
        partitionOf: 'self',
        expectedVersion: 'any' as const,
        events: [{ type: 'Other', data: {} }],
        context: { ...(event as LoggedEvent), commandId },
        commandDigest: known?.commandDigest ?? '',
      };
      const appended = await service.store('ingestion').append(again);
      expect(appended).toMatchObject({ repeated: true, eventIds: known?.eventIds, lastSeq: known?.lastSeq });
      const other = { ...again, commandDigest: commandDigest({ other: true }) };
      await expect(service.store('ingestion').append(other)).rejects.toThrow(/command/i);
    });
  });

  test('leaves the folder as it was, marked, and refused until the mark is removed', async () => {
    await migrateFolder(order());
    const refusal = createStandalone({ dataDir: data, port: 0 });
    await expect(refusal).rejects.toThrow(new RegExp(`migrated to mongodb://.*${prefix}-.*migrated.json`));
    rmSync(join(data, 'migrated.json'));
    const system = await createStandalone({ dataDir: data, port: 0 }, { clock: () => now });
    await system.start();
    expect((await system.stop()) === 'drained').toBe(true);
  });

  test('refuses to be done again, and elsewhere, once it is done', async () => {
    await migrateFolder(order());
    await expect(migrateFolder(order({ resume: true }))).rejects.toThrow(/nothing left to do/);
    const elsewhere = { ...order().mongo, databasePrefix: `${prefix}-other` };
    await expect(migrateFolder(order({ mongo: elsewhere }))).rejects.toThrow(
      /was migrated to .* remove the file migrated.json/,
    );
    rmSync(join(data, 'migrated.json'));
    await expect(migrateFolder(order({ resume: true }))).rejects.toThrow(/were opened by an earlier migration/);
  });

  test('begun before, it wants to be told to go on', async () => {
    await expect(migrateFolder(order({ watch: dyingAt(9) }))).rejects.toThrow(Killed);
    await expect(migrateFolder(order())).rejects.toThrow(/--resume/);
    await expect(withService('ingestion', async () => undefined)).rejects.toThrow(/faemban migrate --resume/);
  });

  test('takes what was recorded between the interruption and going on as well', async () => {
    await expect(migrateFolder(order({ watch: dyingAt(40) }))).rejects.toThrow(Killed);
    const system = await createStandalone({ dataDir: data, port: 0 }, { clock: () => now + 86_400_000 });
    await system.start();
    await new Client({ url: system.url, operator: 'malee' }).post('/seals');
    await system.stop();
    await migrateFolder(order({ resume: true }));
    await expectSame();
  });

  test.each<[string, RegExp, () => Promise<() => void>]>([
    [
      'is in use',
      /Another Faemban process is using the data folder/,
      async () => {
        const lock = lockDataFolder(data);
        return () => lock.release();
      },
    ],
    [
      'lacks a key that its data needs',
      /keys\/ingestion.key is missing/,
      async () => {
        rmSync(join(data, 'keys/ingestion.key'));
        return () => undefined;
      },
    ],
    [
      'has damaged read models, where policies stand',
      /mpi-scoring.sqlite is damaged/,
      async () => {
        writeFileSync(join(data, 'mpi-scoring.sqlite'), 'x'.repeat(9_000));
        return () => undefined;
      },
    ],
    [
      'has no events',
      /There are no events in/,
      async () => {
        rmSync(data, { recursive: true });
        return () => undefined;
      },
    ],
  ])('refuses a folder that %s', async (_, sentence, prepare) => {
    const undo = await prepare();
    try {
      await expect(migrateFolder(order())).rejects.toThrow(sentence);
    } finally {
      undo();
    }
  });

  test('refuses a folder of which an event was altered, naming it', async () => {
    const where = tamperFile(data, 'body', (below) => below - 1);
    const refusal = await migrateFolder(order()).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(SourceAltered);
    const [finding] = (refusal as SourceAltered).verification.findings;
    expect(finding).toMatchObject({ code: 'altered', eventId: expect.any(String) as string });
    expect(where).toContain(`@${finding?.seq} `);
  });

  test('refuses databases and folders that hold something else', async () => {
    const connection = await createConnection(server().url, { dbName: `${prefix}-reporting` }).asPromise();
    await connection.collection('theirs').insertOne({ n: 1 });
    await connection.close();
    await expect(migrateFolder(order())).rejects.toThrow(/has data already \(theirs\)/);
    const mongo = { ...order().mongo, databasePrefix: `${prefix}-b` };
    await expect(migrateFolder(order({ mongo, toData: survey.dataDir }))).rejects.toThrow(MigrationRefused);
    await expect(migrateFolder(order({ mongo, keys: join(data, 'keys') }))).rejects.toThrow(/overlaps/);
  });
});

// Every write anew from an untouched folder would take long on a slow server: here each is died before once, in one row.
describeOnMongo(
  'a migration that dies before each of its writes in turn',
  (server) => {
    test('comes to the same in the end, and never can both be used', async () => {
      let isDone = false;
      let deaths = 0;
      const order = (watch: MigrationWatch): MigrationOrder => ({
        data,
        mongo: { url: server().url, databasePrefix: prefix },
        toData: join(folder, 'services'),
        resume: true,
        clock: Date.now,
        openState: openMongoState,
        watch,
      });
      for (let write = 1; !isDone; write += 1) {
        try {
          await migrateFolder(order(dyingAt(write)));
          isDone = true;
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          deaths += 1;
        }
      }
      expect(deaths).toBeGreaterThan(20);
      const ours = openStoredLog(join(data, 'events.sqlite'));
      for (const context of served) {
        const options = { url: server().url, database: `${prefix}-${context}`, contexts: [context], clock: Date.now };
        const service = await openMongoEvents(options);
        expect(await service.log.heads(context)).toEqual(ours.heads(context));
        await service.close();
      }
      ours.close();
    });
  },
  ['mongo-java-server'],
);

const textsOf = (events: readonly LoggedEvent[]): readonly string[] =>
  events.map((event) => JSON.stringify(Object.entries(event).sort(([one], [other]) => (one < other ? -1 : 1))));

async function fullPartition({ log }: MongoEvents): Promise<number> {
  const heads = await log.heads('ingestion');
  return heads.find(({ seq }) => seq > 0)?.partition ?? 0;
}

/** Files of a folder with their contents, but those about the folder itself. */
function digestsBelow(root: string): Readonly<Record<string, string>> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(root, name)).isFile() && !/(-shm|\.lock|heads\.json|last-backup\.json)$/.test(name))
    .sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(root, name)).toString('base64')]));
}
