import type { ContextName } from '@faemban/contracts';
import type { EventLog } from '../ports';
import { serializeData } from './hashing';
import { PartitionVerifier, type Finding } from './partition-verifier';
import { faultInSeals, type Seal, type SealedPartition, type SealFault, type SealStore } from './seals';
import { keysFollowing, type SignedDocument, type Signer } from './signing';
import type { Verification } from './verification';

const pageEvents = 500;
const findingsMax = 100;

/**
 * Reads the logs of some contexts from their first event to their heads and computes everything again: content hashes, chains, trees, seals.
 * Works beside live writing: each partition is verified to the head it had when its turn came. Memory does not grow with the log.
 * @param parts.signer whose keys are believed, from its first on
 */
export async function verifyWholeLog(parts: {
  readonly log: Pick<EventLog, 'heads' | 'read'>;
  readonly contexts: readonly ContextName[];
  readonly seals: SealStore;
  readonly signer: Pick<Signer, 'keys' | 'changes'>;
  readonly installation: string;
}): Promise<Verification> {
  const { log, contexts, seals, signer, installation } = parts;
  const begunMs = performance.now();
  const [first] = signer.keys;
  const keys = first === undefined ? [] : keysFollowing(first, signer.changes);
  const findings: Finding[] = [];
  const sealFaults: SealFault[] = [];
  const trusted: SignedDocument<Seal>[] = [];
  let [events, partitions, sealedEvents] = [0, 0, 0];
  for (const context of contexts) {
    // Seals first: what is sealed while this reads must not look like something beyond the head.
    const all = await seals.seals(context);
    const fault = faultInSeals(all, { installation, context, trusted: keys });
    if (fault !== undefined) sealFaults.push(fault);
    const sound = fault === undefined ? all : all.slice(0, fault.number - 1);
    trusted.push(...sound);
    sealedEvents += sound.at(-1)?.document.eventsTotal ?? 0;
    for (const head of await log.heads(context)) {
      const verifier = new PartitionVerifier(context, head.partition, sealedOf(sound, head.partition));
      const finding = await verifyTo(log, verifier, head);
      events += verifier.events;
      partitions += 1;
      if (finding !== undefined) findings.push(finding);
    }
  }
  return {
    installation,
    verdict: findings.length === 0 && sealFaults.length === 0 ? 'unaltered' : 'altered',
    events,
    partitions,
    seconds: (performance.now() - begunMs) / 1000,
    seals: trusted.length,
    sealedEvents,
    keys,
    isKeyGiven: false,
    findings: findings.slice(0, findingsMax),
    findingsTotal: findings.length,
    sealFaults,
  };
}

async function verifyTo(
  log: Pick<EventLog, 'read'>,
  verifier: PartitionVerifier,
  head: { readonly seq: number; readonly chainHash: string },
): Promise<Finding | undefined> {
  const { context, partition } = verifier;
  while (verifier.events < head.seq && verifier.finding === undefined) {
    const page = await log.read(context, partition, verifier.events, Math.min(pageEvents, head.seq - verifier.events));
    if (page.length === 0) break;
    // What JSON.stringify wrote, it writes again after JSON.parse, so the stored bytes need not travel beside the event.
    for (const event of page) if (!verifier.take({ ...event, body: serializeData(event.data) })) break;
  }
  return verifier.end(head);
}

/** What a context's seals fixed of a partition: each size once. */
function sealedOf(seals: readonly SignedDocument<Seal>[], partition: number): readonly SealedPartition[] {
  const sealed: SealedPartition[] = [];
  for (const { document } of seals) {
    const found = document.partitions.find((one) => one.partition === partition);
    if (found !== undefined && found.size > (sealed.at(-1)?.size ?? 0)) sealed.push(found);
  }
  return sealed;
}
