import { setImmediate as nextTurn } from 'node:timers/promises';
import { logSealed, type ContextName, type LogSealed } from '@faemban/contracts';
import {
  createCommandHandler,
  defineAggregate,
  deterministicId,
  leafHashOf,
  makeSeal,
  MerkleFrontier,
  policyActor,
  sealHash,
  type Seal,
  type SealedPartition,
  type SignedDocument,
} from '@faemban/event-sourcing';
import type { Platform } from '../platform';

/** Events hashed in one turn of the event loop: a few milliseconds. */
const pageEvents = 500;

interface NoteSealed {
  readonly type: 'NoteSealed';
  readonly data: LogSealed['data'];
}

interface Tree {
  readonly frontier: MerkleFrontier;
  chainHash: string;
}

/**
 * Seals the logs of contexts: brings the tree of every partition up to its head, signs the roots, keeps the seal apart from the events,
 * and records `LogSealed`. The event of a seal is covered by the next one, and alone makes none necessary.
 */
export class Sealer {
  private readonly trees = new Map<ContextName, Map<number, Tree>>();
  private sealing: Promise<unknown> = Promise.resolve();

  constructor(private readonly platform: Platform) {}

  /** Events of a context that no seal covers, without the last seal's own. */
  async unsealed(context: ContextName): Promise<number> {
    const last = (await this.platform.seals.seals(context)).at(-1);
    const heads = await this.platform.log.heads(context);
    const total = heads.reduce((sum, { seq }) => sum + seq, 0);
    const more = total - (last?.document.eventsTotal ?? 0);
    return more === 1 && last !== undefined && (await this.isOwn(context, last)) ? 0 : more;
  }

  /** Seals a context; undefined where nothing is to be sealed. One at a time. */
  async seal(context: ContextName): Promise<SignedDocument<Seal> | undefined> {
    const next = this.sealing.then(() => this.sealNow(context));
    this.sealing = next.catch(() => undefined);
    return next;
  }

  /** Seals every context that has something to be sealed. */
  async sealAll(): Promise<readonly SignedDocument<Seal>[]> {
    const seals: SignedDocument<Seal>[] = [];
    for (const context of this.platform.contexts) {
      const seal = await this.seal(context);
      if (seal !== undefined) seals.push(seal);
    }
    return seals;
  }

  private async sealNow(context: ContextName): Promise<SignedDocument<Seal> | undefined> {
    if ((await this.unsealed(context)) === 0) return undefined;
    const { seals, signer, clock, installationId: installation, frontiers } = this.platform;
    const last = (await seals.seals(context)).at(-1);
    const trees = await this.treesOf(context, last);
    const partitions: SealedPartition[] = [];
    for (const { partition, seq } of await this.platform.log.heads(context)) {
      if (seq === 0) continue;
      const tree = trees.get(partition) ?? { frontier: MerkleFrontier.empty(), chainHash: '' };
      trees.set(partition, tree);
      await this.grow(context, partition, tree, seq);
      const root = tree.frontier.root().toString('hex');
      partitions.push({ partition, size: seq, root, chainHash: tree.chainHash });
    }
    const sealedAt = new Date(clock()).toISOString();
    const seal = makeSeal(signer, last, { installation, context, sealedAt, partitions });
    await seals.append(seal);
    frontiers?.save(
      context,
      Object.fromEntries([...trees].map(([partition, { frontier }]) => [partition, frontier.state()])),
    );
    await this.tellLog(context, seal);
    return seal;
  }

  private async grow(context: ContextName, partition: number, tree: Tree, size: number): Promise<void> {
    const { log } = this.platform;
    while (tree.frontier.size < size) {
      const after = tree.frontier.size;
      for (const place of await log.places(context, partition, after, Math.min(pageEvents, size - after))) {
        tree.frontier.add(leafHashOf(place));
        tree.chainHash = place.chainHash;
      }
      await nextTurn();
    }
  }

  /** The trees as they were at the last seal: as they were kept, where that is what the seal says, and otherwise made anew. */
  private async treesOf(context: ContextName, last: SignedDocument<Seal> | undefined): Promise<Map<number, Tree>> {
    const known = this.trees.get(context);
    if (known !== undefined) return known;
    const trees = new Map<number, Tree>();
    const kept = this.platform.frontiers?.load(context) ?? {};
    for (const { partition, size, root, chainHash } of last?.document.partitions ?? []) {
      const state = kept[partition];
      const frontier = state?.size === size ? MerkleFrontier.of(state) : undefined;
      if (frontier?.root().toString('hex') === root) trees.set(partition, { frontier, chainHash });
    }
    this.trees.set(context, trees);
    return trees;
  }

  private async tellLog(context: ContextName, seal: SignedDocument<Seal>): Promise<void> {
    const { number, eventsTotal, installation, sealedAt } = seal.document;
    const aggregate = defineAggregate<null, NoteSealed, LogSealed>({
      name: 'log',
      context,
      events: [logSealed[context]],
      streamOf: () => `log-${context}`,
      partitionOf: () => 'self',
      subjectsOf: () => [],
      decider: {
        initialState: null,
        evolve: () => null,
        decide: ({ data }) => [{ type: 'LogSealed', data }],
      },
    });
    const handler = createCommandHandler({ aggregate, store: this.platform.store(context) });
    const data = { number, eventsTotal, sealHash: sealHash(seal), keyId: seal.signature.keyId };
    const commandId = deterministicId('seal', installation, context, number);
    const actor = policyActor;
    await handler.handle(
      { type: 'NoteSealed', data },
      { commandId, actor, area: '', occurredAt: sealedAt, correlationId: commandId },
    );
  }

  /** Whether the one event behind a seal is the record of that seal. */
  private async isOwn(context: ContextName, { document }: SignedDocument<Seal>): Promise<boolean> {
    const sizes = new Map(document.partitions.map(({ partition, size }) => [partition, size]));
    for (const { partition, seq } of await this.platform.log.heads(context)) {
      const size = sizes.get(partition) ?? 0;
      if (seq > size) return (await this.platform.log.places(context, partition, size, 1))[0]?.type === 'LogSealed';
    }
    return false;
  }
}
