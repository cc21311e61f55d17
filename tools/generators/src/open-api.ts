import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStandalone } from '@faemban/standalone';
import type { Artifact } from './artifact';

/** The OpenAPI document as the running system serves it, from an empty installation in a temporary folder. */
export async function openApiArtifact(): Promise<Artifact> {
  const dataDir = mkdtempSync(join(tmpdir(), 'faemban-openapi-'));
  try {
    const system = await createStandalone({ dataDir, port: 0 });
    await system.start();
    try {
      const document: unknown = await (await fetch(`${system.url}/docs/openapi.json`)).json();
      return { path: 'docs/reference/openapi.json', text: `${JSON.stringify(document, null, 2)}\n` };
    } finally {
      await system.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
