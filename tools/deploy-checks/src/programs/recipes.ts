import { goCompiler, runProgram, type NeededProgram, type Recipe } from '@faemban/native-servers';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../tree';

const goSources = join(root, 'tools/deploy-checks/go');

/** Helm and Kubernetes' own types ask for it. */
const goOfToday: NeededProgram = { ...goCompiler, version: { ...goCompiler.version, least: [1, 26] } };

function fingerprintOf(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}

/** Our small program on compose-go, Helm and Kubernetes' types, from the Go module proxy: built once, one to four minutes, 56 MB. */
export const deployChecksRecipe: Recipe = {
  name: 'deploychecks',
  ingredients: fingerprintOf(goSources),
  toRun: [],
  toMake: [goOfToday],
  async make(folder) {
    const scratch = await mkdtemp(join(tmpdir(), 'faemban-deploychecks-'));
    try {
      await cp(goSources, scratch, { recursive: true });
      const build = ['build', '-trimpath', '-buildvcs=false', '-mod=readonly', '-ldflags=-s -w'];
      await runProgram('go', [...build, '-o', join(folder, 'deploychecks'), '.'], { cwd: scratch });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },
};

const debianPackageTool = (name: string, debianPackage: string): NeededProgram => ({
  name,
  debianPackage,
  version: { args: ['--version'], least: [1, 0] },
});

/** Prometheus' `promtool`, out of Debian's package, which is unpacked and not installed: nothing is started. 18 MB. */
export const promtoolRecipe: Recipe = {
  name: 'promtool',
  ingredients: 'prometheus of Debian',
  toRun: [],
  toMake: [debianPackageTool('apt-get', 'apt'), debianPackageTool('dpkg-deb', 'dpkg')],
  async make(folder) {
    const scratch = await mkdtemp(join(tmpdir(), 'faemban-promtool-'));
    try {
      if (process.getuid?.() === 0) await runProgram('apt-get', ['update', '-qq'], { cwd: scratch });
      await runProgram('apt-get', ['download', '-qq', 'prometheus'], { cwd: scratch });
      const [archive = 'prometheus.deb'] = await readdir(scratch);
      await runProgram('dpkg-deb', ['-x', archive, 'unpacked'], { cwd: scratch });
      await cp(join(scratch, 'unpacked/usr/bin/promtool'), join(folder, 'promtool'));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },
};

/** Everything that the checks run besides Node. */
export const recipes: readonly Recipe[] = [deployChecksRecipe, promtoolRecipe];
