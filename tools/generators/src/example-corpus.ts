import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventCatalogue, everyVersionOf } from '@faemban/contracts';
import type { Artifact } from './artifact';

/**
 * The recorded examples of every event version. An example once recorded stays: the file only grows, and a schema under which an
 * old example no longer parses fails the contracts' specs.
 */
export function corpusArtifacts(root: string): Artifact[] {
  return eventCatalogue.flatMap(everyVersionOf).map((definition) => {
    const path = `libs/contracts/corpus/${definition.context}/${definition.type}.v${definition.version}.json`;
    const file = join(root, path);
    const recorded: unknown[] = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as unknown[]) : [];
    const known = new Set(recorded.map((example) => JSON.stringify(example)));
    const added = definition.examples.filter((example) => !known.has(JSON.stringify(example)));
    return { path, text: `${JSON.stringify([...recorded, ...added], null, 2)}\n` };
  });
}
