import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportPart } from '@faemban/contracts';
import type { Database } from '../staging/schema.store';
import { type InstallationKeys, keyBytes } from './installation-keys.keys';
import { IntegrityFault } from './integrity-fault';
import type { FileKey } from './sealed-file.file';

/** The sealed files of every import: one folder each, one secret each. Destroying the secret makes every copy of them unreadable. */
export class BatchFiles {
  constructor(
    private readonly folder: string,
    private readonly secrets: Database,
    private readonly keys: InstallationKeys,
  ) {}

  /** Makes the folder and the secret of an import. */
  open(importId: string): void {
    mkdirSync(this.folderOf(importId), { recursive: true, mode: 0o700 });
    this.secrets
      .prepare('INSERT OR IGNORE INTO batches (import, secret) VALUES (?, ?)')
      .run(importId, randomBytes(keyBytes));
  }

  pathOf(importId: string, part: ImportPart | 'staged'): string {
    return join(this.folderOf(importId), `${part}.sealed`);
  }

  /** Whether these parts of an import are there and can be opened. */
  has(importId: string, parts: readonly ImportPart[]): boolean {
    const hasSecret =
      this.secrets.prepare<[string]>('SELECT 1 FROM batches WHERE import = ?').get(importId) !== undefined;
    return hasSecret && parts.every((part) => existsSync(this.pathOf(importId, part)));
  }

  /** @throws IntegrityFault where the secret is gone */
  keyOf(importId: string): FileKey {
    const row = this.secrets
      .prepare<[string], { secret: Buffer }>('SELECT secret FROM batches WHERE import = ?')
      .get(importId);
    if (row === undefined) throw new IntegrityFault('the secret of this import was destroyed');
    return (salt) => this.keys.fileKey(row.secret, salt);
  }

  /** Destroys the secret, then the files. */
  async destroy(importId: string): Promise<void> {
    this.secrets.prepare('DELETE FROM batches WHERE import = ?').run(importId);
    this.secrets.pragma('wal_checkpoint(TRUNCATE)');
    await rm(this.folderOf(importId), { recursive: true, force: true });
  }

  private folderOf(importId: string): string {
    return join(this.folder, importId);
  }
}
