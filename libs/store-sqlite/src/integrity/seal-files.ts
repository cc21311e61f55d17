import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ContextName } from '@faemban/contracts';
import type {
  FrontierState,
  KeyChange,
  Seal,
  SealStore,
  SignedDocument,
  Signer,
  VerifierKey,
} from '@faemban/event-sourcing';

/** The public part of an installation's keys, as it lies beside its seals. */
export interface PublishedKeys {
  readonly keys: readonly VerifierKey[];
  readonly changes: readonly SignedDocument<KeyChange>[];
}

/** Seals as files: one line of JSON each, `<context>.jsonl`, on the disk before they count. Copy the folder to keep them elsewhere. */
export interface SealFiles extends SealStore {
  publishKeys(signer: Pick<Signer, 'keys' | 'changes'>): void;
  /** Where trees stand, so that a start need not read the log again; whoever reads it checks it against the last seal. */
  readonly frontiers: {
    load(context: ContextName): Readonly<Record<string, FrontierState>>;
    save(context: ContextName, frontiers: Readonly<Record<string, FrontierState>>): void;
  };
}

/** Opens a folder of seals, made if it is not there. */
export function openSealFiles(folder: string): SealFiles {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const frontierFile = (context: ContextName) => join(folder, `${context}.tree.json`);
  return {
    seals: async (context) => readSeals(folder, context).seals,
    async append(seal) {
      const descriptor = openSync(join(folder, `${seal.document.context}.jsonl`), 'a', 0o644);
      try {
        writeSync(descriptor, `${JSON.stringify(seal)}\n`);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    },
    publishKeys({ keys, changes }) {
      replaceFile(join(folder, 'keys.json'), `${JSON.stringify({ keys, changes }, undefined, 2)}\n`);
    },
    frontiers: {
      load(context) {
        if (!existsSync(frontierFile(context))) return {};
        return JSON.parse(readFileSync(frontierFile(context), 'utf8')) as Readonly<Record<string, FrontierState>>;
      },
      save(context, frontiers) {
        replaceFile(frontierFile(context), JSON.stringify(frontiers));
      },
    },
  };
}

/**
 * The seals of a context in a folder, and whether a line of them could not be read. A last line that a power cut left unfinished is no
 * seal yet: it is left out.
 */
export function readSeals(
  folder: string,
  context: ContextName,
): { readonly seals: readonly SignedDocument<Seal>[]; readonly isUnreadable: boolean } {
  const file = join(folder, `${context}.jsonl`);
  if (!existsSync(file)) return { seals: [], isUnreadable: false };
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const seals: SignedDocument<Seal>[] = [];
  for (const line of lines) {
    try {
      seals.push(JSON.parse(line) as SignedDocument<Seal>);
    } catch {
      return { seals, isUnreadable: true };
    }
  }
  return { seals, isUnreadable: false };
}

/** The keys published in a folder of seals; undefined where there are none. */
export function readPublishedKeys(folder: string): PublishedKeys | undefined {
  const file = join(folder, 'keys.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PublishedKeys) : undefined;
}

function replaceFile(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o644, flush: true });
  renameSync(`${file}.new`, file);
}
