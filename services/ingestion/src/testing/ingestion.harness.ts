import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createMemoryPlatform,
  createTestClock,
  type MemoryPlatform,
  type TestClock,
} from '@faemban/event-sourcing/testing';
import type { Operator, Server, ServerOptions } from '@faemban/nest-kit';
import type { IngestionConfig } from '../config';
import type { DynamicModule } from '@nestjs/common';
import { createIngestion } from '../index';
import { MemoryVault } from './memory-vault';

const operators: readonly Operator[] = [
  { id: 'somchai', name: 'สมชาย', office: 'SEC-D 8417', role: 'SEC-D' },
  { id: 'malee', name: 'มาลี', office: 'SEC-P 84', role: 'SEC-P' },
];

/** The feed that brings each kind in tests. */
const sourceOfKind: Readonly<Record<string, string>> = {
  ...{ 'bmn-survey': 'cdd-bmn', 'welfare-register': 'mof-welfare', 'fragile-list': 'province-fragile' },
};

/** What an answer says: its status and its JSON. */
export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** An import as the API shows it, as far as tests look. */
export interface ImportShown {
  readonly importId: string;
  readonly state: string;
  readonly [field: string]: unknown;
}

/** The same platform, whose event stores tell when something was appended; what is thrown then is an answer that never arrived. */
function interrupted(platform: MemoryPlatform, appended: () => void): MemoryPlatform {
  return {
    ...platform,
    store: (context) => {
      const store = platform.store(context);
      return {
        ...store,
        append: async (append) => told(await store.append(append), appended),
        appendMany: async (appends) => told(await store.appendMany(appends), appended),
      };
    },
  };
}

function told<Result>(result: Result, tell: () => void): Result {
  tell();
  return result;
}

/** An ingestion server in this process, over memory and a folder that goes away with it. */
export class IngestionServer {
  /** Called after every append, before its answer arrives. */
  static afterAppend: () => void = () => undefined;

  private constructor(
    readonly server: Server,
    readonly platform: MemoryPlatform,
    readonly clock: TestClock,
    readonly vault: MemoryVault,
    readonly dataDir: string,
    private readonly config: Partial<IngestionConfig>,
    private readonly vaultModule: DynamicModule,
  ) {}

  /** `vaultModule` is what offers the vault to ingestion; `vault` itself unless told otherwise. */
  static async start(
    config: Partial<IngestionConfig> = {},
    log?: ServerOptions['log'],
    vaultModule?: DynamicModule,
  ): Promise<IngestionServer> {
    const dataDir = mkdtempSync(join(tmpdir(), 'faemban-ingestion-'));
    const clock = createTestClock();
    const platform = interrupted(createMemoryPlatform({ clock, dataDir }), () => IngestionServer.afterAppend());
    const vault = new MemoryVault();
    return IngestionServer.over(platform, clock, vault, dataDir, config, vaultModule ?? vault.asModule(), log);
  }

  private static async over(
    platform: MemoryPlatform,
    clock: TestClock,
    vault: MemoryVault,
    dataDir: string,
    config: Partial<IngestionConfig>,
    vaultModule: DynamicModule,
    log?: ServerOptions['log'],
  ): Promise<IngestionServer> {
    const options = { platform, operators, port: 0, vault: vaultModule, ...(log ? { log } : {}) };
    const server = await createIngestion(config, options);
    await server.start();
    return new IngestionServer(server, platform, clock, vault, dataDir, config, vaultModule);
  }

  /** Stops, and starts again over the same events and files. */
  async restart(): Promise<IngestionServer> {
    await this.server.stop();
    return IngestionServer.over(this.platform, this.clock, this.vault, this.dataDir, this.config, this.vaultModule);
  }

  /** Stops, copies the files aside and starts again; what it answers as well puts them back later, as an older backup, and starts again. */
  async backUp(): Promise<{
    ingestion: IngestionServer;
    putBack: (later: IngestionServer) => Promise<IngestionServer>;
  }> {
    await this.server.stop();
    const copy = mkdtempSync(join(tmpdir(), 'faemban-ingestion-copy-'));
    cpSync(this.dataDir, copy, { recursive: true });
    const again = (): Promise<IngestionServer> =>
      IngestionServer.over(this.platform, this.clock, this.vault, this.dataDir, this.config, this.vaultModule);
    return {
      ingestion: await again(),
      putBack: async (later) => {
        await later.server.stop();
        rmSync(this.dataDir, { recursive: true });
        cpSync(copy, this.dataDir, { recursive: true });
        rmSync(copy, { recursive: true });
        return again();
      },
    };
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  async call<Body = ImportShown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const answer = await fetch(`${this.server.url}${path}`, {
      method,
      headers: {
        'faemban-operator': 'somchai',
        ...(body === undefined
          ? {}
          : {
              'content-type': typeof body === 'string' || body instanceof Uint8Array ? 'text/csv' : 'application/json',
            }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Body };
  }

  /** Opens an import and sends its files. */
  async upload(kind: string, files: Readonly<Record<string, string | Uint8Array>>, round = 2561): Promise<string> {
    const source = sourceOfKind[kind] ?? 'mof-welfare';
    const { body } = await this.call('POST', '/imports', { kind, source, round });
    for (const [part, file] of Object.entries(files)) {
      const { status, body: refused } = await this.call('PUT', `/imports/${body.importId}/files/${part}`, file);
      if (status !== 200) throw new Error(`The upload of ${part} was refused: ${JSON.stringify(refused)}`);
    }
    return body.importId;
  }

  /** Uploads and validates; answers the import once it is validated. */
  async validated(
    kind: string,
    files: Readonly<Record<string, string | Uint8Array>>,
    round?: number,
  ): Promise<ImportShown> {
    const importId = await this.upload(kind, files, round);
    const { body } = await this.call('POST', `/imports/${importId}/validation`);
    return this.until(body.importId, (state) => state !== 'validating');
  }

  /** Uploads, validates, approves as another operator, and answers the import once it is applied. */
  async applied(
    kind: string,
    files: Readonly<Record<string, string | Uint8Array>>,
    round?: number,
  ): Promise<ImportShown> {
    const { importId } = await this.validated(kind, files, round);
    const { status, body } = await this.approve(importId);
    if (status !== 202) throw new Error(`The approval was refused: ${JSON.stringify(body)}`);
    return this.until(importId, (state) => state === 'applied');
  }

  approve(importId: string): Promise<Answer<ImportShown>> {
    return this.call('POST', `/imports/${importId}/approval`, undefined, { 'faemban-operator': 'malee' });
  }

  async until(importId: string, is: (state: string) => boolean): Promise<ImportShown> {
    for (;;) {
      const { body } = await this.call('GET', `/imports/${importId}`);
      if (is(body.state)) return body;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The codes of an import's errors and warnings, with where they are. */
  async problems(importId: string): Promise<string[]> {
    const { body } = await this.call<{
      items: { part: string; row: number; column: string | null; code: string; severity: string }[];
    }>('GET', `/imports/${importId}/errors?limit=500`);
    return body.items.map(
      ({ part, row, column, code, severity }) => `${severity} ${part}:${row} ${column ?? '-'} ${code}`,
    );
  }

  /** Has an applied import undone, asked by one and approved by another. */
  async undone(importId: string): Promise<ImportShown> {
    await this.call('POST', `/imports/${importId}/rollback`, { reason: 'wrong-content' });
    await this.until(importId, (state) => state === 'rollback-requested');
    await this.call('POST', `/imports/${importId}/rollback/approval`, undefined, { 'faemban-operator': 'malee' });
    return this.until(importId, (state) => state === 'rolled-back');
  }

  /** What readiness says of imports; undefined where they wait for nothing. */
  async waitsFor(): Promise<{ readonly en: string } | undefined> {
    const { body } = await this.call<{ checks: { name: string; waitingFor?: { en: string } }[] }>(
      'GET',
      '/health/ready',
    );
    return body.checks.find(({ name }) => name === 'imports')?.waitingFor;
  }

  /** Everything that is recorded of households, as it stands in the log, in the order of ids. */
  async householdEvents(): Promise<readonly { stream: string; id: string; type: string; data: unknown }[]> {
    const { log } = this.platform;
    const all: { stream: string; id: string; type: string; data: unknown }[] = [];
    for (let partition = 0; partition < log.partitionCount; partition += 1) {
      for (const { stream, id, type, data } of await log.read('ingestion', partition, 0, 1_000_000)) {
        if (stream.startsWith('household-')) all.push({ stream, id, type, data });
      }
    }
    return all.sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** What every household has, as types in order, and how many have exactly that. */
  async shapes(): Promise<Record<string, number>> {
    const streams = Object.groupBy(await this.householdEvents(), ({ stream }) => stream);
    const counts: Record<string, number> = {};
    for (const events of Object.values(streams)) {
      const types = (events ?? []).map(({ type }) => type).join();
      counts[types] = (counts[types] ?? 0) + 1;
    }
    return counts;
  }

  /** Types of a household's events, in order. */
  async eventsOf(
    stream: string,
  ): Promise<{ type: string; data: Record<string, unknown>; corrects?: string | undefined; id: string }[]> {
    return (await this.platform.store('ingestion').load(stream)) as never;
  }
}
