// From a clean checkout to a built tree: Node, packages, build. Each step is skipped when nothing changed.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findNode } from './node.mjs';
import { CannotGoOn, root, run, say, toolsFolder } from './places.mjs';

/**
 * @returns {Promise<{ node: string, npm: string, env: NodeJS.ProcessEnv }>} what to run the real command with
 */
export async function prepare({ build = true } = {}) {
  const found = await findNode();
  await installPackages(found);
  if (build) await buildPackages(found);
  return found;
}

async function installPackages({ node, npm, env }) {
  const stampFile = join(root, 'node_modules/.faemban-stamp');
  const lock = await readFile(join(root, 'package-lock.json'));
  const stamp = createHash('sha256').update(lock).update(`${process.platform} ${process.arch}`).digest('hex');
  if (existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === stamp) return;

  say('Installing packages (about a minute, once).');
  const code = await run(node, [npm, 'ci', '--include=dev', '--include=optional', '--loglevel=error'], {
    env,
    quiet: true,
  });
  if (code !== 0) throw new CannotGoOn('The packages could not be installed: see the lines above.');
  await writeFile(stampFile, stamp);
}

async function buildPackages({ node, env }) {
  const stampFile = join(toolsFolder, 'cache/built');
  const stamp = await fingerprintOfSources();
  const isBuilt = packageFolders().every((folder) => existsSync(join(folder, 'dist')));
  if (isBuilt && existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === stamp) return;

  say('Building.');
  const nx = join(root, 'node_modules/nx/dist/bin/nx.js');
  const code = await run(node, [nx, 'run-many', '-t', 'build', '--output-style=static'], { env, quiet: true });
  if (code !== 0) throw new CannotGoOn('The build failed: see the lines above.');
  await mkdir(dirname(stampFile), { recursive: true });
  await writeFile(stampFile, stamp);
}

/** The folders of the workspace's packages. */
function packageFolders() {
  return ['libs', 'services', 'tools']
    .flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
    .filter((folder) => existsSync(join(folder, 'package.json')));
}

/**
 * Names, sizes and times of everything a build reads.
 * Nx decides by content what to build; this only spares asking it when no file was touched.
 */
async function fingerprintOfSources() {
  const hash = createHash('sha256');
  const note = async (file) => {
    const { size, mtimeMs } = await stat(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  };
  const walk = async (folder) => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      await (entry.isDirectory() ? walk(path) : note(path));
    }
  };
  for (const file of ['.swcrc', 'nx.json', 'tools/bootstrap/build.mjs']) await note(join(root, file));
  for (const folder of packageFolders()) {
    await note(join(folder, 'package.json'));
    await walk(join(folder, 'src'));
  }
  return hash.digest('hex');
}
