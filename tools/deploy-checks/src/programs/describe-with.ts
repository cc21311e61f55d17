import { describeWhere } from '@faemban/fixtures';
import { lackToRun, madeFolder, type Recipe } from '@faemban/native-servers';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { join } from 'node:path';
import { deployChecksRecipe, promtoolRecipe } from './recipes';

/** Runs a program that a recipe made, to its end. */
export type Run = (...args: readonly string[]) => SpawnSyncReturns<string>;

const outputBytesMax = 64 * 1024 * 1024;

function runOf(recipe: Recipe, program: string): Run {
  return (...args) => {
    const path = join(madeFolder(recipe) ?? '', program);
    return spawnSync(path, args, { encoding: 'utf8', maxBuffer: outputBytesMax });
  };
}

/**
 * A suite that runs a program which a recipe makes. Where it was not made the suite is skipped and says so; in continuous integration,
 * which makes it, it fails.
 */
function describeWith(recipe: Recipe, program: string, title: string, body: (run: Run) => void): void {
  const lack = lackToRun(recipe);
  if (lack !== undefined && process.env['CI'] === 'true') {
    test(`${title}: is not skipped in continuous integration`, () => {
      throw new Error(`${program} is not there: needs ${lack}`);
    });
    return;
  }
  describeWhere(lack === undefined, lack ?? '')(title, () => body(runOf(recipe, program)));
}

/** A suite on our program over compose-go, Helm and Kubernetes' types. */
export const describeWithDeployChecks = (title: string, body: (run: Run) => void): void =>
  describeWith(deployChecksRecipe, 'deploychecks', title, body);

/** A suite on Prometheus' own tool. */
export const describeWithPromtool = (title: string, body: (run: Run) => void): void =>
  describeWith(promtoolRecipe, 'promtool', title, body);
