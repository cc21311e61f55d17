import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(__dirname, '../../../..');
const description = join(root, 'tools/bench/peers');
const installed = join(root, '.tools/peers');
/** A native part may have to be compiled: some minutes. */
const installMsMax = 600_000;

/** Why a peer cannot be measured here. */
export class PeerAbsent extends Error {
  override readonly name = 'PeerAbsent';
}

/**
 * Installs a peer by its own lock, apart from ours, and answers its `require`. Once installed it stays for later runs.
 * @throws PeerAbsent where npm cannot install it here
 */
export function requireOfPeer(name: string): (module: string) => unknown {
  const folder = join(installed, name);
  const done = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(done)) {
    mkdirSync(folder, { recursive: true });
    for (const file of ['package.json', 'package-lock.json'])
      copyFileSync(join(description, name, file), join(folder, file));
    console.error(`installing the peer ${name}, for this benchmark alone …`);
    const npm = spawnSync('npm', ['ci', '--ignore-scripts=false', '--loglevel=error'], {
      cwd: folder,
      timeout: installMsMax,
      encoding: 'utf8',
    });
    if (npm.status !== 0) throw new PeerAbsent(`npm could not install ${name}: ${lastLine(npm.stderr ?? '')}`);
  }
  return createRequire(join(folder, 'package.json'));
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
