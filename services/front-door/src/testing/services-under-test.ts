import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, uploadImport } from '@faemban/cli';
import { IdentityVerificationModule } from '@faemban/identity-verification';
import { IngestionModule } from '@faemban/ingestion';
import { MpiScoringModule } from '@faemban/mpi-scoring';
import { createServer, demoOperators, HttpPersonVaultModule, type Server, type ServerOptions } from '@faemban/nest-kit';
import { generateFromFigures } from '@faemban/population';
import { ReportingModule } from '@faemban/reporting';
import { openEmbeddedPlatform } from '@faemban/standalone';
import { frontDoorConfigSchema } from '../config';
import { createFrontDoor, type FrontDoor } from '../front-door';
import type { ServiceName } from '../routes';

const serviceToken = 'a-token-of-more-than-thirty-two-characters';

/** A new folder with the survey of some households in it. */
export async function smallSurvey(
  households: number,
): Promise<{ folder: string; households: string; members: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-front-door-'));
  await generateFromFigures({ district: '8405', out: folder, seed: 8405 });
  const linesOf = (name: string): string[] => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean);
  const [header = '', ...rows] = linesOf('households.csv');
  const kept = rows.slice(0, households);
  const references = new Set(kept.map((row) => row.split(',')[0]));
  const [memberHeader = '', ...members] = linesOf('members.csv');
  const theirs = members.filter((row) => references.has(row.split(',')[0]));
  const cut = join(folder, 'cut');
  mkdirSync(cut);
  writeFileSync(join(cut, 'households.csv'), `${[header, ...kept].join('\n')}\n`);
  writeFileSync(join(cut, 'members.csv'), `${[memberHeader, ...theirs].join('\n')}\n`);
  return { folder, households: join(cut, 'households.csv'), members: join(cut, 'members.csv') };
}

/** Every service as a server of its own behind a token, over one embedded platform, and a front door before them. */
export class ServicesUnderTest {
  private constructor(
    readonly servers: Readonly<Record<ServiceName, Server>>,
    readonly door: FrontDoor,
    private readonly closePlatform: () => Promise<void>,
  ) {}

  static async start(dataDir: string): Promise<ServicesUnderTest> {
    const embedded = await openEmbeddedPlatform({ dataDir, clock: Date.now, partitionCount: 4 });
    const serve = async (context: ServiceName, modules: Parameters<typeof createServer>[0]): Promise<Server> => {
      const options: ServerOptions = {
        ...{ name: context, operators: demoOperators, port: 0, serviceToken },
        platform: { ...embedded.platform, contexts: [context] },
      };
      const server = await createServer(modules, options);
      await server.start();
      return server;
    };
    const identity = await serve('identity-verification', [IdentityVerificationModule.register()]);
    const vault = HttpPersonVaultModule.register({ urls: [identity.url], token: serviceToken });
    const servers = {
      ingestion: await serve('ingestion', [vault, IngestionModule.register()]),
      'identity-verification': identity,
      'mpi-scoring': await serve('mpi-scoring', [MpiScoringModule.register()]),
      reporting: await serve('reporting', [ReportingModule.register()]),
    };
    const config = frontDoorConfigSchema.parse({
      ...{ port: 0, serviceToken, logLevel: 'error' },
      ...{ ingestionUrl: servers.ingestion.url, identityVerificationUrl: identity.url },
      ...{ mpiScoringUrl: servers['mpi-scoring'].url, reportingUrl: servers.reporting.url },
    });
    const door = await createFrontDoor(config);
    await door.start();
    return new ServicesUnderTest(servers, door, embedded.close);
  }

  get url(): string {
    return this.door.url;
  }

  async settled(): Promise<void> {
    // A policy's command may give another one something to do.
    for (let round = 0; round < 2; round += 1) {
      for (const server of Object.values(this.servers)) await server.settled();
    }
  }

  /** Takes a survey in by the CLI's own client: uploaded by one operator, approved by another. */
  async takeIn(files: { readonly households: string; readonly members: string }): Promise<string> {
    const { importId } = await uploadImport(new Client({ url: this.url, operator: 'somchai' }), {
      ...{ kind: 'bmn-survey', source: 'cdd-bmn', round: 2561 },
      files: { households: files.households, members: files.members },
    });
    const approver = new Client({ url: this.url, operator: 'malee' });
    await approver.post(`/imports/${importId}/approval`);
    await approver.waitForImport(importId, ({ state }) => state === 'applied');
    await this.settled();
    return importId;
  }

  async stop(): Promise<void> {
    await this.door.stop();
    for (const server of Object.values(this.servers)) await server.stop();
    await this.closePlatform();
  }
}

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });
