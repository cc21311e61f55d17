import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder that holds the whole project. */
export const root = resolve(__dirname, '../../..');

const notOurs = new Set(['node_modules', 'dist', '.git', '.tools', '.nx', '.data', 'coverage']);

/** Every file of the project itself, as paths from its root; what is installed, built or recorded is left out. */
export function filesOfTheTree(folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return [];
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesOfTheTree(path) : [path];
  });
}

/** The text of a file of the tree. */
export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** A package of the workspace, as its package.json describes it. */
export interface Package {
  folder: string;
  name: string;
  version: string;
  private?: boolean;
  license?: string;
  description?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  nx?: { tags?: string[] };
}

/** All packages of the workspace. */
export function packagesOfTheTree(): Package[] {
  return filesOfTheTree()
    .filter((path) => /^(libs|services|tools)\/[^/]+\/package\.json$/.test(path))
    .map((path) => ({
      ...(JSON.parse(textOf(path)) as Omit<Package, 'folder'>),
      folder: path.replace('/package.json', ''),
    }));
}
