import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './tree';

/** Loads one of the tree's plain `.mjs` files, which have no types of their own. */
export async function loadModule<T>(path: string): Promise<T> {
  return (await import(pathToFileURL(join(root, path)).href)) as T;
}
