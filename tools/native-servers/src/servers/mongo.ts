import { setTimeout as wait } from 'node:timers/promises';
import { createConnection } from 'mongoose';
import { madeFolder } from '../install/recipe';
import { ferretRecipe, mongoJavaRecipe, securedFerretRecipe } from '../install/recipes';
import type { ServerControl } from '../server-control';
import { sourceOf, type ServerName, type Source } from '../sources';
import { startMongoContainer } from './containers';
import { startFerret, startMongoJava, startSecuredFerret } from './mongo-native';
import type { SecuredMongo } from './mongo-secured';

/** A server that speaks MongoDB's protocol: MongoDB itself, and two independent ones. */
export type MongoServerName = Extract<ServerName, 'mongodb' | 'ferretdb' | 'mongo-java-server'>;

/** A running server that speaks MongoDB's protocol. */
export interface MongoProtocolServer {
  readonly name: MongoServerName;
  readonly source: Source;
  /** Its address, `mongodb://…`, without a database. */
  readonly url: string;
  /** Absent where somebody else runs it. */
  readonly control?: ServerControl;
  /** Ends and removes what was started for us. */
  remove(): Promise<void>;
}

/** One that takes clients from outside at `secured`. */
export interface SecuredMongoServer extends MongoProtocolServer {
  readonly secured: SecuredMongo;
}

/** Starts a server from the first source that has it. @throws Error where no source has it */
export async function startMongo(name: MongoServerName): Promise<MongoProtocolServer> {
  const { source, lack } = sourceOf(name);
  if (source === 'environment') {
    return { name, source, url: process.env['MONGODB_URL'] ?? '', remove: async () => undefined };
  }
  if (source === 'container') return startMongoContainer();
  const cache = madeFolder(name === 'ferretdb' ? ferretRecipe : mongoJavaRecipe);
  if (cache === undefined || source === undefined) throw new Error(`There is no ${name}: needs ${lack}.`);
  return name === 'ferretdb' ? startFerret(cache) : startMongoJava(cache);
}

/** A FerretDB with a user and a listener of TLS. @throws Error where it cannot run */
export async function startMongoSecured(): Promise<SecuredMongoServer> {
  const { lack } = sourceOf('mongo-secured');
  const cache = madeFolder(securedFerretRecipe);
  if (cache === undefined || lack !== undefined) throw new Error(`There is no ferretdb: needs ${lack}.`);
  return startSecuredFerret(cache);
}

/** Resolves when the server at an address answers a ping. @throws Error where it has ended, or time is up */
export async function untilItAnswers(
  url: string,
  timeoutMs: number,
  process: { readonly isRunning: boolean; readonly printed: string },
): Promise<void> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const connection = createConnection(url, { serverSelectionTimeoutMS: 1_000, directConnection: true });
    try {
      await connection.asPromise();
      await connection.db?.admin().ping();
      return;
    } catch (error) {
      if (!process.isRunning || Date.now() > until) throw new Error(`no answer:\n${process.printed}`, { cause: error });
      await wait(50);
    } finally {
      await connection.close();
    }
  }
}

/** MongoDB itself where it can be had; what stands for it otherwise. */
export const bestMongo = (): MongoServerName =>
  sourceOf('mongodb').lack === undefined ? 'mongodb' : 'mongo-java-server';
