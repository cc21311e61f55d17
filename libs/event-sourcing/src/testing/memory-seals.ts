import type { ContextName } from '@faemban/contracts';
import type { Seal, SealStore } from '../integrity/seals';
import type { SignedDocument } from '../integrity/signing';

/** Seals in memory. */
export function createMemorySeals(): SealStore {
  const all = new Map<ContextName, SignedDocument<Seal>[]>();
  return {
    seals: async (context) => [...(all.get(context) ?? [])],
    async append(seal) {
      const { context } = seal.document;
      all.set(context, [...(all.get(context) ?? []), seal]);
    },
  };
}
