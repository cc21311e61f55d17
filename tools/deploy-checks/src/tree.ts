import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder that holds the whole project. */
export const root = resolve(__dirname, '../../..');

/** The text of a file of the project, by its path from the root. */
export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
