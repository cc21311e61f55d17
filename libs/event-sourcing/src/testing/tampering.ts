import type { ContextName } from '@faemban/contracts';
import { chainHash, contentHashOf, genesisHash } from '../integrity/hashing';
import { MerkleFrontier } from '../integrity/merkle';
import { PartitionVerifier, type StoredEvent } from '../integrity/partition-verifier';
import { faultInSeals, leafHashOf, makeSeal, type Seal, type SealedPartition } from '../integrity/seals';
import { createSigner, createSigningKey, type SignedDocument, type Signer } from '../integrity/signing';
import { seeded } from './seeded';

/** A copy of a small log: two partitions, their heads, and seals over them. */
export interface LogCopy {
  readonly events: StoredEvent[][];
  readonly heads: { seq: number; chainHash: string }[];
  seals: SignedDocument<Seal>[];
}

/** What was done to a copy: how, and the places at which a verification may first say so; none for what only seals show. */
export interface Tampering {
  readonly kind: TamperingKind;
  readonly partition: number;
  /** The first seq that is not what it was. */
  readonly seq: number;
}

/** Every way in which a copy is altered. */
export const tamperingKinds = [
  'body',
  'envelope',
  'recorded-at',
  'content-hash',
  'chain-hash',
  'order',
  'omission',
  'addition',
  'doubling',
  'truncation',
  'foreign',
  'rewritten-tail',
  'replaced-seal',
  'resigned-seal',
  'dropped-seal',
  'head',
] as const;
/** One of {@link tamperingKinds}. */
export type TamperingKind = (typeof tamperingKinds)[number];

const context: ContextName = 'ingestion';
const installation = '0198b2d0-7c00-7000-8000-000000000001';
const partitionCount = 2;
const keyAt = '2026-01-01T00:00:00.000Z';

/** Makes a log of `size` events a partition with seals at a third, two thirds and the end. */
export function makeLogCopy(seed: number, size: number, signer: Signer): LogCopy {
  const random = seeded(seed);
  const events = Array.from({ length: partitionCount }, (_, partition) => {
    let previous = genesisHash;
    return Array.from({ length: size }, (__, index): StoredEvent => {
      const seq = index + 1;
      const fields = {
        id: `event-${partition}-${seq}`,
        type: 'Noted',
        context,
        schemaVersion: 1,
        stream: `household-${partition}-${random(5)}`,
        version: seq,
        occurredAt: keyAt,
        area: '8417',
        actor: { accountId: 'somchai', office: 'o', role: 'r', channel: 'online' as const },
        commandId: `command-${partition}-${seq}`,
        correlationId: `c-${seq}`,
        subjects: [`h-${random(9)}`],
      };
      const body = JSON.stringify({ amount: random(1000), note: 'ก'.repeat(random(4)) });
      const contentHash = contentHashOf(fields, body);
      const recordedAt = new Date(Date.parse(keyAt) + seq * 1000).toISOString();
      previous = chainHash(previous, partition, seq, recordedAt, contentHash);
      return { ...fields, partition, seq, recordedAt, body, contentHash, chainHash: previous };
    });
  });
  const copy: LogCopy = {
    events,
    heads: events.map((list) => ({ seq: list.length, chainHash: list.at(-1)?.chainHash ?? genesisHash })),
    seals: [],
  };
  for (const end of [Math.ceil(size / 3), Math.ceil((size * 2) / 3), size]) {
    copy.seals.push(sealOf(copy, end, copy.seals.at(-1), signer));
  }
  return copy;
}

/** Alters a copy in one way, the place chosen by the seed; a forger who can write everything but has no key. */
export function tamper(copy: LogCopy, kind: TamperingKind, seed: number): Tampering {
  const random = seeded(seed);
  const partition = random(partitionCount);
  const list = copy.events[partition] as StoredEvent[];
  const index = random(list.length);
  const event = list[index] as StoredEvent;
  const replace = (change: Partial<StoredEvent>): void => void (list[index] = { ...event, ...change });
  const done = (seq = index + 1): Tampering => ({ kind, partition, seq });
  switch (kind) {
    case 'body': {
      const at = random(event.body.length);
      replace({ body: `${event.body.slice(0, at)}${event.body[at] === '7' ? '8' : '7'}${event.body.slice(at + 1)}` });
      return done();
    }
    case 'envelope': {
      const changes: Partial<StoredEvent>[] = [
        { type: 'Voided' },
        { stream: `${event.stream}x` },
        { version: event.version + 1 },
        { area: '8401' },
        { actor: { ...event.actor, accountId: 'malee' } },
        { commandId: 'another' },
        { subjects: [] },
        { occurredAt: '2025-01-01T00:00:00.000Z' },
        { schemaVersion: 2 },
        { id: 'another' },
        { corrects: 'something' },
        { causationId: 'something' },
      ];
      replace(changes[random(changes.length)] as Partial<StoredEvent>);
      return done();
    }
    case 'recorded-at':
      replace({ recordedAt: new Date(Date.parse(event.recordedAt) + 1 + random(99)).toISOString() });
      return done();
    case 'content-hash':
      replace({ contentHash: event.contentHash.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) });
      return done();
    case 'chain-hash':
      replace({ chainHash: event.chainHash.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) });
      return done();
    case 'order': {
      const other = (index + 1 + random(list.length - 1)) % list.length;
      [list[index], list[other]] = [list[other] as StoredEvent, event];
      return done(Math.min(index, other) + 1);
    }
    case 'omission':
      list.splice(index, 1);
      return done();
    case 'addition':
      list.splice(index, 0, {
        ...event,
        id: 'added',
        body: '{}',
        contentHash: contentHashOf({ ...event, id: 'added' }, '{}'),
      });
      return done();
    case 'doubling':
      list.splice(index, 0, event);
      return done(index + 2);
    case 'truncation': {
      list.splice(index);
      copy.heads[partition] = { seq: index, chainHash: list.at(-1)?.chainHash ?? genesisHash };
      return done();
    }
    case 'foreign': {
      list[index] = (copy.events[1 - partition] as StoredEvent[])[index] as StoredEvent;
      return done();
    }
    case 'rewritten-tail': {
      // Everything from here on is made anew with right hashes, chain and head: only a seal tells.
      let previous = list[index - 1]?.chainHash ?? genesisHash;
      for (let at = index; at < list.length; at += 1) {
        const old = list[at] as StoredEvent;
        const body = at === index ? '{"amount":0}' : old.body;
        const contentHash = contentHashOf(old, body);
        previous = chainHash(previous, partition, old.seq, old.recordedAt, contentHash);
        list[at] = { ...old, body, contentHash, chainHash: previous };
      }
      copy.heads[partition] = { seq: list.length, chainHash: previous };
      return done();
    }
    case 'replaced-seal':
    case 'resigned-seal': {
      const number = random(copy.seals.length);
      const seal = copy.seals[number] as SignedDocument<Seal>;
      const partitions = seal.document.partitions.map((one) =>
        one.partition === partition ? { ...one, root: 'a'.repeat(64) } : one,
      );
      const document = { ...seal.document, partitions };
      const forger = createSigner({ keys: [createSigningKey(seal.signature.name, keyAt)], changes: [] });
      copy.seals[number] =
        kind === 'replaced-seal' ? { ...seal, document } : makeSeal(forger, copy.seals[number - 1], { ...document });
      return { kind, partition, seq: 0 };
    }
    case 'dropped-seal':
      copy.seals.splice(random(copy.seals.length - 1), 1);
      return { kind, partition, seq: 0 };
    case 'head':
      copy.heads[partition] = { seq: list.length, chainHash: 'b'.repeat(64) };
      return { kind, partition, seq: list.length };
  }
}

/** Verifies a copy: what is wrong with its seals, and the first thing wrong in every partition. */
export function verifyCopy(copy: LogCopy, signer: Signer) {
  const sealFault = faultInSeals(copy.seals, { installation, context, trusted: signer.keys });
  const believed = sealFault === undefined ? copy.seals : copy.seals.slice(0, sealFault.number - 1);
  const findings = copy.events.flatMap((list, partition) => {
    const sealed = believed.flatMap(({ document }) => document.partitions.filter((one) => one.partition === partition));
    const verifier = new PartitionVerifier(context, partition, sealed);
    for (const event of list) if (!verifier.take(event)) break;
    const finding = verifier.end(copy.heads[partition]);
    return finding === undefined ? [] : [finding];
  });
  return { sealFault, findings };
}

function sealOf(
  copy: LogCopy,
  end: number,
  last: SignedDocument<Seal> | undefined,
  signer: Signer,
): SignedDocument<Seal> {
  const partitions = copy.events.map((list, partition): SealedPartition => {
    const frontier = MerkleFrontier.empty();
    for (const event of list.slice(0, end)) frontier.add(leafHashOf(event));
    const chain = list[end - 1]?.chainHash ?? genesisHash;
    return { partition, size: end, root: frontier.root().toString('hex'), chainHash: chain };
  });
  return makeSeal(signer, last, { installation, context, sealedAt: keyAt, partitions });
}
