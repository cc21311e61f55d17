// The packages of the tree, as their package.json files describe them.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** @returns {{ name: string, folder: string, kinds: string[], runtimes: string[], declared: Set<string> }[]} */
export function readProjects(from = root) {
  const projects = [];
  for (const group of ['libs', 'services', 'tools']) {
    for (const entry of readdirSync(join(from, group))) {
      const file = join(from, group, entry, 'package.json');
      if (!existsSync(file)) continue;
      const { name, dependencies = {}, devDependencies = {}, nx } = JSON.parse(readFileSync(file, 'utf8'));
      const tagged = (key) => (nx?.tags ?? []).filter((tag) => tag.startsWith(key)).map((tag) => tag.slice(key.length));
      projects.push({
        name,
        folder: `${group}/${entry}`,
        kinds: tagged('kind:'),
        runtimes: tagged('runtime:'),
        declared: new Set([...Object.keys(dependencies), ...Object.keys(devDependencies)]),
      });
    }
  }
  return projects;
}

/** The path of a file from the root, with forward slashes. */
export function pathInTree(file, from = root) {
  return relative(from, file).split(sep).join('/');
}
