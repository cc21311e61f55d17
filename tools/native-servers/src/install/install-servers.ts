import { recipes } from './recipes';
import { lacksToMake, madeFolder, makeRecipe, type Recipe } from './recipe';
import { findProgram, lackOf, type NeededProgram } from './programs';
import { runProgram } from './run-program';

/**
 * Puts every server that can run as a process into the cache, or what `chosen` makes instead; what is there already costs nothing.
 * Programs that are missing are installed as Debian packages where that is possible. `say` gets a line of progress at a time.
 * @returns what could not be installed, a sentence each; empty where everything is there
 */
export async function installServers(
  say: (line: string) => void,
  chosen: readonly Recipe[] = recipes,
): Promise<readonly string[]> {
  const wanted = chosen.filter((recipe) => madeFolder(recipe) === undefined || recipe.toRun.some(isLacking));
  if (wanted.length === 0) return [];
  await installPrograms(new Set(wanted.flatMap(programsFor)), say);
  const failures: string[] = [];
  for (const recipe of wanted) {
    const lacks = programsFor(recipe);
    if (lacks.length > 0) {
      failures.push(`${recipe.name} needs ${lacks.map((program) => lackOf(program)).join(' and ')}.`);
      continue;
    }
    say(`Installing ${recipe.name} (once).`);
    try {
      await makeRecipe(recipe);
    } catch (error) {
      failures.push(`${recipe.name} could not be installed: ${(error as Error).message}`);
    }
  }
  return failures;
}

const isLacking = (program: NeededProgram): boolean => lackOf(program) !== undefined;

function programsFor(recipe: Recipe): readonly NeededProgram[] {
  return madeFolder(recipe) === undefined ? lacksToMake(recipe) : recipe.toRun.filter(isLacking);
}

async function installPrograms(lacking: ReadonlySet<NeededProgram>, say: (line: string) => void): Promise<void> {
  const names = [...new Set([...lacking].map(({ debianPackage }) => debianPackage))];
  if (names.length === 0) return;
  const apt = findProgram('apt-get');
  if (apt === undefined || process.getuid?.() !== 0) {
    say(`Missing programs. On Debian, root installs them: apt-get install ${names.join(' ')}`);
    return;
  }
  say(`Installing ${names.join(', ')} (Debian).`);
  const quietly = { cwd: '/', env: { DEBIAN_FRONTEND: 'noninteractive' } };
  await runProgram('apt-get', ['update', '-qq'], quietly);
  await runProgram('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], quietly);
}
