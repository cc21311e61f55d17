import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkpointNote,
  consistencyPath,
  createSigner,
  createSigningKey,
  inclusionPath,
  leafHashOf,
  leafOf,
  merkleRoot,
  verifierKeyLine,
} from '@faemban/event-sourcing';
import { describeWhere } from '@faemban/fixtures';

const source = join(__dirname, '../independent/tlog');
const go = ['go', '/usr/local/go/bin/go'].find((name) => spawnSync(name, ['version']).status === 0);
const isToBuild = go !== undefined && process.env['CI'] === 'true';

describeWhere(isToBuild, 'Go and its module server, asked for with CI=true')(
  'an independent reader of checkpoints and proofs (golang.org/x/mod/sumdb)',
  () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'faemban-tlog-'));
      execFileSync(go ?? '', ['build', '-o', join(folder, 'tlog'), '.'], { cwd: source, stdio: 'pipe' });
    }, 300_000);
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const ask = (input: object) => spawnSync(join(folder, 'tlog'), { input: JSON.stringify(input), encoding: 'utf8' });

    test.each([1, 2, 3, 7, 64, 101])('agrees with ours over %i events, and refuses what was altered', (size) => {
      const signer = createSigner({
        keys: [createSigningKey('faemban.example', '2026-01-01T00:00:00.000Z')],
        changes: [],
      });
      const fields = Array.from({ length: size }, (_, index) => ({
        partition: 3,
        seq: index + 1,
        recordedAt: '2026-01-01T00:00:00.000Z',
        contentHash: String(index).padStart(64, '0'),
      }));
      const leaves = fields.map(leafHashOf);
      const index = Math.floor(size / 2);
      const OldSize = Math.ceil(size / 3);
      const hex = (hash: Buffer): string => hash.toString('hex');
      const sealed = { partition: 3, size, root: hex(merkleRoot(leaves)), chainHash: '' };
      const input = {
        Key: verifierKeyLine(signer.key),
        Checkpoint: checkpointNote(signer, { installation: 'x', context: 'ingestion' }, sealed),
        Leaf: leafOf(fields[index] as (typeof fields)[number]),
        Index: index,
        Path: inclusionPath(leaves, index).map(hex),
        OldSize,
        OldRoot: hex(merkleRoot(leaves.slice(0, OldSize))),
        Consistent: consistencyPath(leaves, OldSize).map(hex),
      };
      expect(ask(input)).toMatchObject({ status: 0, stdout: `good faemban.x/ingestion/3 ${size}\n` });
      expect(ask({ ...input, Leaf: `${input.Leaf} ` }).status).toBe(1);
      expect(ask({ ...input, OldRoot: 'a'.repeat(64) }).status).toBe(1);
      expect(ask({ ...input, Checkpoint: input.Checkpoint.replace(`\n${size}\n`, `\n${size + 1}\n`) }).status).toBe(1);
    });
  },
);
