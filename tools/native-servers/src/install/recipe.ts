import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { serversCacheFolder } from './cache-folder';
import { lackOf, type NeededProgram } from './programs';

/** How a server gets into the cache, once. */
export interface Recipe {
  /** The name of its folder in the cache, with the version. */
  readonly name: string;
  /** What it is made from and how; a change makes another folder. */
  readonly ingredients: string;
  /** Programs that running it needs. */
  readonly toRun: readonly NeededProgram[];
  /** Programs that making it needs besides. */
  readonly toMake: readonly NeededProgram[];
  /** Fills an empty folder. */
  make(folder: string): Promise<void>;
}

/** The folder a recipe was made in; undefined where it was not made yet. */
export function madeFolder(recipe: Recipe): string | undefined {
  const folder = folderOf(recipe);
  return existsSync(folder) ? folder : undefined;
}

/** What keeps a server from running here, as a noun phrase; undefined where nothing does. */
export function lackToRun(recipe: Recipe): string | undefined {
  if (process.platform === 'win32') return `${recipe.name} on Linux or macOS`;
  for (const program of recipe.toRun) {
    const lack = lackOf(program);
    if (lack !== undefined) return `${lack} for ${recipe.name} (npm test -- --install-servers)`;
  }
  return madeFolder(recipe) === undefined ? `${recipe.name} (npm test -- --install-servers)` : undefined;
}

/** What is missing to make it, program by program. */
export function lacksToMake(recipe: Recipe): readonly NeededProgram[] {
  return [...recipe.toRun, ...recipe.toMake].filter((program) => lackOf(program) !== undefined);
}

/** Makes a recipe where it was not made yet. Several at once are harmless: each makes its own, the first to finish stays. */
export async function makeRecipe(recipe: Recipe): Promise<string> {
  const folder = folderOf(recipe);
  if (existsSync(folder)) return folder;
  await mkdir(serversCacheFolder(), { recursive: true });
  const unfinished = await mkdtemp(`${folder}.unfinished-`);
  try {
    await recipe.make(unfinished);
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

function folderOf({ name, ingredients }: Recipe): string {
  const mark = createHash('sha256').update(ingredients).digest('hex').slice(0, 8);
  return join(serversCacheFolder(), `${name}-${mark}`);
}
