import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Artifact } from './artifact';
import { asyncApiArtifact } from './async-api';
import { schemaArtifacts } from './event-schemas';
import { eventsPage } from './events-page';
import { corpusArtifacts } from './example-corpus';
import { openApiArtifact } from './open-api';

/** Folders that hold generated files only: what is in them and not generated any more is stale. */
const generatedFolders = ['docs/reference/schemas'];

/** Everything that is generated from the contracts and the routes, given the project's root. */
export async function artifactsOf(root: string): Promise<Artifact[]> {
  return [eventsPage(), asyncApiArtifact(), ...schemaArtifacts(), ...corpusArtifacts(root), await openApiArtifact()];
}

/** The generated files that differ from what would be generated now: missing, changed or stale. Paths below the root. */
export async function differencesOf(root: string): Promise<string[]> {
  const artifacts = await artifactsOf(root);
  const wanted = new Set(artifacts.map(({ path }) => path));
  const changed = artifacts.filter(({ path, text }) => readIfThere(join(root, path)) !== text).map(({ path }) => path);
  return [...changed, ...filesInGeneratedFolders(root).filter((path) => !wanted.has(path))];
}

/** Writes every generated file and removes the stale ones. */
export async function generate(root: string): Promise<void> {
  const artifacts = await artifactsOf(root);
  const wanted = new Set(artifacts.map(({ path }) => path));
  for (const path of filesInGeneratedFolders(root)) if (!wanted.has(path)) rmSync(join(root, path));
  for (const { path, text } of artifacts) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function filesInGeneratedFolders(root: string): string[] {
  return generatedFolders.flatMap((folder) => {
    try {
      return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
