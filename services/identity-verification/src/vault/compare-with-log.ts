import type { EventLog, LoggedEvent } from '@faemban/event-sourcing';
import type { Compared, VaultStore } from './vault-store';

const context = 'identity-verification';
/** Events read at once. */
const pageEvents = 1_000;

/**
 * Compares the vault with what its log says of persons, behind what was compared before. Both agree but where older copies of the
 * vault's files were put back: then persons who were erased since are erased again, and those who were recorded since are noted as
 * missing. Their names and numbers never were in events; they come back with the files that brought them.
 */
export async function compareWithLog(store: VaultStore, log: Pick<EventLog, 'heads' | 'read'>): Promise<void> {
  const compared = new Map(store.comparedThrough().map(({ partition, seq }) => [partition, seq]));
  for (const { partition, seq } of await log.heads(context)) {
    const from = compared.get(partition) ?? 0;
    for (let after = from; after < seq; after += pageEvents) {
      const events = await log.read(context, partition, after, Math.min(pageEvents, seq - after));
      store.putCompared([comparedOf(store, partition, events)]);
    }
    // A log that ends earlier than was compared goes on with other events than it had.
    if (from > seq) store.putCompared([agreed({ partition, seq })]);
  }
}

/** Notes that the vault has everything that the log says by now, as it has while nobody puts files back. */
export async function noteThrough(store: VaultStore, log: Pick<EventLog, 'heads'>): Promise<void> {
  store.putCompared((await log.heads(context)).map(agreed));
}

const agreed = ({ partition, seq }: Pick<Compared, 'partition' | 'seq'>): Compared => ({
  ...{ partition, seq },
  ...{ erased: [], missing: [] },
});

function comparedOf(store: VaultStore, partition: number, events: readonly LoggedEvent[]): Compared {
  const personOf = ({ data }: LoggedEvent): string => (data as { readonly personId: string }).personId;
  const erased = events.filter(({ type }) => type === 'PersonErased').map(personOf);
  const missing = events
    .filter(({ type }) => type === 'PersonRecorded')
    .map((event) => ({ personId: personOf(event), recordedAt: event.recordedAt }))
    .filter(({ personId }) => store.identity(personId) === undefined && !store.isErased(personId));
  return { partition, seq: events.at(-1)?.seq ?? 0, erased, missing };
}
