import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PeerAbsent } from './peer-package';

const readyMsMax = 20_000;
const debianFolder = '/usr/lib/postgresql';

/** A PostgreSQL server of our own on loopback, with its defaults (fsync on), until it is stopped. */
export interface Postgresql {
  readonly version: string;
  readonly connectionString: string;
  stop(): Promise<void>;
}

/** Starts a server in a temporary folder. @throws PeerAbsent where its programs are not installed or it does not start */
export async function startPostgresql(): Promise<Postgresql> {
  const programs = programsFolder();
  const folder = mkdtempSync(join(tmpdir(), 'faemban-postgresql-'));
  // PostgreSQL refuses to run as root; Debian's package brings a user for it.
  const user = process.getuid?.() === 0 ? userOf('postgres') : undefined;
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const made = spawnSync(join(programs, 'initdb'), ['-D', data, '-U', 'bench', '--auth=trust'], {
    ...user,
    cwd: folder,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new PeerAbsent(`initdb failed: ${made.stderr}`);
  const port = await freePort();
  const server = spawn(join(programs, 'postgres'), ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder], {
    ...user,
    cwd: folder,
    stdio: 'ignore',
  });
  const stop = async (): Promise<void> => {
    await ended(server);
    rmSync(folder, { recursive: true, force: true });
  };
  for (
    const begun = Date.now();
    spawnSync(join(programs, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]).status;
  ) {
    if (Date.now() - begun > readyMsMax) {
      await stop();
      throw new PeerAbsent(`PostgreSQL did not answer within ${readyMsMax} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const version = execFileSync(join(programs, 'postgres'), ['--version'], { encoding: 'utf8' }).trim();
  return { version, connectionString: `postgresql://bench@127.0.0.1:${port}/postgres`, stop };
}

function programsFolder(): string {
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder) : [];
  const found = versions
    .map((version) => join(debianFolder, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
  if (found === undefined) throw new PeerAbsent("PostgreSQL is not installed (Debian's package is postgresql)");
  return found;
}

function userOf(name: string): { readonly uid: number; readonly gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) resolve();
    child.once('exit', () => resolve());
    child.kill('SIGINT');
  });
}
