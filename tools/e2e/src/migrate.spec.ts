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
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Client,
  migrateFolder,
  MigrationRefused,
  openMongoState,
  SourceAltered,
  uploadImport,
  type MigrationOrder,
  type MigrationWatch,
} from '@faemban/cli';
import { contextNames, type ContextName } from '@faemban/contracts';
import { commandDigest, type LoggedEvent } from '@faemban/event-sourcing';
import { readAll } from '@faemban/event-sourcing/testing';
import { describeOnMongo } from '@faemban/native-servers';
import { openMongoEvents, type MongoEvents } from '@faemban/store-mongo';
import { lockDataFolder, openSqliteEvents, openStoredLog, readBesideViews, readSeals } from '@faemban/store-sqlite';
import { createStandalone } from '@faemban/standalone';
import { createConnection } from 'mongoose';
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
  await withSystem(survey.dataDir, now, async (url) => {
    const files = survey.first(households);
    const { importId } = await uploadImport(new Client({ url, operator: 'somchai' }), {
      kind: 'bmn-survey',
      source: 'cdd-bmn',
      round: 2561,
      files: { households: files.households, members: files.members },
    });
    const approver = new Client({ url, operator: 'malee' });
    await approver.post(`/imports/${importId}/approval`);
    await approver.waitForImport(importId, ({ state }) => state === 'applied');
    await approver.post('/seals');
  });
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
    const refusal = createStandalone({ dataDir: data, port: 0, partitionCount: 4 });
    await expect(refusal).rejects.toThrow(new RegExp(`migrated to mongodb://.*${prefix}-.*migrated.json`));
    rmSync(join(data, 'migrated.json'));
    await withSystem(data, now, async (url) => {
      const { contexts } = await new Client({ url }).get<{ contexts: { context: string; events: number }[] }>(
        '/status',
      );
      expect(contexts.find(({ context }) => context === 'ingestion')?.events).toBeGreaterThan(households);
    });
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
    await withSystem(data, now + 86_400_000, async (url) => {
      await new Client({ url, operator: 'malee' }).post('/seals');
    });
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

/** Of the writes of a migration, before which it dies: each, or a few. */
const deathStride = process.env['FAEMBAN_MIGRATION_DEATHS'] === 'all' ? 1 : 45;

describeOnMongo(
  'a migration that dies before one of its writes',
  (server) => {
    const order = (at: string, databasePrefix: string, more: Partial<MigrationOrder>): MigrationOrder => ({
      data: at,
      mongo: { url: server().url, databasePrefix, capabilities: { replacesAtomically: false } },
      toData: `${at}-services`,
      resume: true,
      clock: Date.now,
      openState: openMongoState,
      watch: silent,
      ...more,
    });

    test('leaves one of both to be used, never both, and comes to the same when it goes on', async () => {
      const ours = openStoredLog(join(survey.dataDir, 'events.sqlite'));
      const expectOneToUse = async (at: string, databasePrefix: string, isEnd: boolean): Promise<void> => {
        const connection = await createConnection(server().url).asPromise();
        try {
          const databases = served.map((context) => connection.useDb(`${databasePrefix}-${context}`));
          const markers = await Promise.all(databases.map((one) => one.collection('installation').findOne({})));
          const open = markers.filter((marker) => marker?.['state'] === 'migrated').length;
          if (open > 0) expect(existsSync(join(at, 'migrated.json'))).toBe(true);
          if (isEnd) expect(open).toBe(served.length);
        } finally {
          await connection.close();
        }
      };
      let deaths = 0;
      for (let write = 1, isDone = false; !isDone; write += deathStride) {
        const at = join(folder, `data-${write}`);
        const databasePrefix = `${prefix}-${write}`;
        cpSync(data, at, { recursive: true });
        chmodSync(join(at, 'keys'), 0o700);
        try {
          await migrateFolder(order(at, databasePrefix, { watch: dyingAt(write) }));
          isDone = true;
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          deaths += 1;
          await expectOneToUse(at, databasePrefix, false);
          const { report } = await migrateFolder(order(at, databasePrefix, {}));
          expect(report.events).toBe(
            served.flatMap((context) => ours.heads(context)).reduce((sum, { seq }) => sum + seq, 0),
          );
        }
        await expectOneToUse(at, databasePrefix, true);
        for (const context of served) {
          const connection = await createConnection(server().url, {
            dbName: `${databasePrefix}-${context}`,
          }).asPromise();
          await connection.dropDatabase();
          await connection.close();
        }
        rmSync(at, { recursive: true });
      }
      ours.close();
      expect(deaths * deathStride).toBeGreaterThan(30);
    });
  },
  ['ferretdb'],
);

describeOnMongo(
  'the command, killed again and again',
  (server) => {
    test('goes on each time, and its databases are open in the end', async () => {
      const run = async (killAfterMs: number): Promise<number | null> => {
        const args = [
          'migrate',
          '--data',
          data,
          '--to-data',
          join(folder, 'services'),
          '--database-prefix',
          prefix,
          '--resume',
        ];
        const child = spawn(process.execPath, [join(__dirname, '../../cli/dist/main.js'), ...args], {
          env: { ...process.env, FAEMBAN_MONGODB_URL: server().url, FAEMBAN_MONGODB_REPLACES_ATOMICALLY: 'false' },
          stdio: 'ignore',
        });
        const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
        const [code] = (await once(child, 'exit')) as [number | null];
        clearTimeout(timer);
        return code;
      };
      let kills = 0;
      for (let afterMs = 700; (await run(afterMs)) === null; afterMs += 400) kills += 1;
      expect(kills).toBeGreaterThan(0);
      const ours = openStoredLog(join(data, 'events.sqlite'));
      for (const context of served) {
        const options = { url: server().url, database: `${prefix}-${context}`, contexts: [context], clock: Date.now };
        const service = await openMongoEvents({ ...options, capabilities: { replacesAtomically: false } });
        expect(await service.log.heads(context)).toEqual(ours.heads(context));
        await service.close();
      }
      ours.close();
    });
  },
  ['ferretdb'],
);

/** A running embedded system of four partitions, stopped in order behind the work. */
async function withSystem(dataDir: string, nowMs: number, work: (url: string) => Promise<void>): Promise<void> {
  const system = await createStandalone({ dataDir, port: 0, partitionCount: 4 }, { clock: () => nowMs });
  await system.start();
  try {
    await work(system.url);
    await system.settled();
  } finally {
    await system.stop();
  }
}

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
