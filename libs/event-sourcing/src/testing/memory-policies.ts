import { CheckpointFenced } from '../errors';
import type { ContextName } from '@faemban/contracts';
import { vectorKey, type ParkedEvent, type PolicyHandle, type PolicyStore, type Refusal } from '../ports';
import { causesOf, findSequences, sequencesOf } from '../parking/parked';
import { parkedOf, parkedPage, withoutTaken } from './memory-views';

/** Checkpoints of policies in memory, keeping the promises that `policyStoreSuite` checks. */
export function createMemoryPolicies(): PolicyStore {
  const opened = new Map<string, PolicyHandle>();
  return {
    async open({ key, context }) {
      const handle = opened.get(key) ?? createHandle(key, context);
      opened.set(key, handle);
      return handle;
    },
  };
}

function createHandle(policy: string, context: ContextName): PolicyHandle {
  const keyOf = (partition: number): string => vectorKey(context, partition);
  const vector: Record<string, number> = {};
  let parkedEvents: ParkedEvent[] = [];
  const refusals = new Map<string, Refusal>();
  return {
    checkpoint: async () => ({ ...vector }),
    async advance({ partition, toSeq, refusals: refused, parked }) {
      const key = keyOf(partition);
      const stands = vector[key] ?? 0;
      if (toSeq < stands) throw new CheckpointFenced(`${policy} ${key}: the checkpoint is ${stands} already.`);
      for (const refusal of refused) refusals.set(`${refusal.eventId} ${refusal.rule}`, refusal);
      parkedEvents.push(...parked);
      vector[key] = toSeq;
    },
    async refusals(limit) {
      const newestFirst = [...refusals.values()].sort((one, other) =>
        one.at > other.at ? -1 : one.at < other.at ? 1 : 0,
      );
      return { total: refusals.size, latest: newestFirst.slice(0, limit) };
    },
    async parkedIds(ids) {
      const asked = new Set(ids);
      return new Set(parkedEvents.map(({ id }) => id).filter((id) => asked.has(id)));
    },
    parked: async (limit) => parkedPage(parkedEvents, limit),
    parkedSequences: async (find) => findSequences(parkedEvents, find),
    parkedOf: async (sequence, limit) => parkedOf(parkedEvents, sequence, limit),
    parkedCauses: async () => causesOf(sequencesOf(parkedEvents)),
    async release({ partition, taken, refusals: refused, parked }) {
      const left = withoutTaken(parkedEvents, { context, partition, taken });
      for (const refusal of refused) refusals.set(`${refusal.eventId} ${refusal.rule}`, refusal);
      parkedEvents = [...left, ...parked];
    },
  };
}
