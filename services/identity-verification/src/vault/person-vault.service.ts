import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  NumberMatch,
  PersonBatch,
  PersonVault,
  RecordedHousehold,
  VaultDocument,
  VaultHousehold,
  VaultMember,
} from '@faemban/contracts';
import {
  type Clock,
  type CommandContext,
  type CommandHandler,
  type EventLog,
  type Ids,
  invariant,
  sequencedId,
} from '@faemban/event-sourcing';
import { personNameKey } from '@faemban/thai';
import { compareWithLog, noteThrough } from './compare-with-log';
import type { ErasePerson, PersonInput, SuspectedDuplicate } from '../persons/person.decisions';
import type { KeyedHashes } from './keyed-hashes.keys';
import { keyBytes, type PersonalData, type Sealing, sealNonceBytes } from './sealing.keys';
import type { Announcement, Entry, Identity, Missing, VaultStore } from './vault-store';

/** How many persons are hashed, matched and sealed before other work gets a turn: about 5 ms. */
const personsPerSlice = 128;

/** Random bytes fetched at once, for secrets and nonces. */
const randomPoolBytes = 16 * 1024;

/** Batches after which it is noted again how far the log is known, so that a start has little to compare. */
const batchesPerComparison = 16;

/** Persons announced in one durable write. */
const announcementsPerWrite = 256;

/** What the vault is made of. */
export interface VaultParts {
  readonly store: VaultStore;
  readonly hashes: KeyedHashes;
  readonly sealing: Sealing;
  readonly handler: CommandHandler<PersonInput>;
  /** The log of the vault's own context. */
  readonly log: Pick<EventLog, 'heads' | 'read'>;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** What the vault answers about one person. */
export type VaultAnswer =
  | { readonly state: 'unknown' }
  /** Events know him; the vault's files, which are older, do not. */
  | { readonly state: 'missing' }
  | { readonly state: 'erased' }
  | {
      readonly state: 'kept';
      readonly householdId: string;
      readonly document: VaultDocument;
      readonly data: PersonalData;
    };

/** Everything about one batch that announces itself later: what an envelope needs besides the person. */
type Told = Pick<PersonBatch, 'batchId' | 'actor' | 'correlationId' | 'causationId'>;

interface PendingBatch extends Told {
  readonly announcements: readonly Announcement[];
}

/**
 * Names, numbers and addresses of people, and nobody else's business.
 *
 * Identities are written first, then sealed entries, then events; announcements wait with the identities until their events are
 * recorded, so a crash at any point leaves nothing doubled and nothing untold. Batches run one after another.
 */
export class EmbeddedPersonVault implements PersonVault {
  private running: Promise<unknown> = Promise.resolve();
  /** Batches whose identities are stored and whose events may not be. */
  private readonly untold = new Map<string, PendingBatch>();
  /** Batches whose events are stored; their announcements go with the next write. */
  private announced: string[] = [];
  private batches = 0;

  constructor(private readonly parts: VaultParts) {}

  /** Finishes what a crash left, announcements and erasures, and compares the files with the log. Called before anything else. */
  async resume(): Promise<void> {
    for (const { batchId, json } of this.parts.store.pendingAnnouncements()) {
      this.untold.set(batchId, JSON.parse(json) as PendingBatch);
    }
    await this.announceUntold();
    for (const { command } of this.parts.store.pendingErasures()) {
      const { erase, context } = JSON.parse(command) as { erase: ErasePerson; context: CommandContext };
      await this.tellErasure(erase, context);
    }
    await compareWithLog(this.parts.store, this.parts.log);
  }

  /** Persons whom events name and the files do not have, as after an older copy of them was put back. */
  missing(): Missing | undefined {
    return this.parts.store.missing();
  }

  recordPersons(batch: PersonBatch): Promise<readonly RecordedHousehold[]> {
    const recorded = this.running.then(() => this.record(batch));
    this.running = recorded.catch(() => undefined);
    return recorded;
  }

  async findByNumbers(numbers: readonly string[]): Promise<readonly NumberMatch[]> {
    const matches: NumberMatch[] = [];
    for (let from = 0; from < numbers.length; from += 2 * personsPerSlice) {
      const slice = numbers.slice(from, from + 2 * personsPerSlice);
      this.parts.store.reading(() => matches.push(...slice.map((number) => this.findByNumber(number))));
      await nextTurn();
    }
    return matches;
  }

  /** Opens one person's entry. */
  read(personId: string): VaultAnswer {
    const entry = this.parts.store.entry(personId);
    if (this.parts.store.isErased(personId)) return { state: 'erased' };
    if (this.parts.store.isMissing(personId)) return { state: 'missing' };
    if (entry === undefined) return { state: 'unknown' };
    const identity = this.parts.store.identity(personId);
    const secret = this.parts.store.secretOf(personId);
    if (identity === undefined || secret === undefined) return { state: 'erased' };
    const data = this.parts.sealing.open(personId, secret, entry.sealed);
    return { state: 'kept', householdId: identity.householdId, document: entry.document, data };
  }

  /** Destroys a person's secret, then says so. What was sealed, here and in every copy, can no longer be read. */
  erase(erase: ErasePerson, context: CommandContext): Promise<void> {
    const erased = this.running.then(async () => {
      this.parts.store.beginErasure({ personId: erase.personId, command: JSON.stringify({ erase, context }) });
      await this.tellErasure(erase, context);
    });
    this.running = erased.catch(() => undefined);
    return erased;
  }

  close(): Promise<void> {
    return this.running.then(() => this.parts.store.close());
  }

  private findByNumber(number: string): NumberMatch {
    const holders = this.parts.store.identitiesOf(this.parts.hashes.ofNumber(number));
    const [holder] = holders;
    if (holder === undefined) return { found: 'none' };
    if (holders.length > 1) return { found: 'several' };
    const entry = this.parts.store.entry(holder.personId);
    if (entry === undefined) return { found: 'none' };
    return { found: 'one', personId: holder.personId, householdId: holder.householdId, document: entry.document };
  }

  private async record(batch: PersonBatch): Promise<readonly RecordedHousehold[]> {
    await this.announceUntold();
    const { batchId, actor, correlationId, causationId } = batch;
    const recognition = new Recognition(this.parts, batch);
    const households: RecordedHousehold[] = [];
    for (const slice of slicesOf(batch.households)) {
      this.parts.store.reading(() => {
        for (const household of slice) {
          households.push({ householdId: household.householdId, personIds: recognition.recognise(household) });
        }
      });
      await nextTurn();
    }
    const { announcements } = recognition;
    const pending: PendingBatch = { batchId, actor, correlationId, causationId, announcements };
    this.parts.store.putIdentities({
      added: [...recognition.added.values()],
      seenAgain: [...recognition.seenAgain.values()],
      announced: this.announced,
      found: recognition.found,
      ...(announcements.length > 0 ? { announcements: { batchId, json: JSON.stringify(pending) } } : {}),
    });
    this.announced = [];
    if (announcements.length > 0) this.untold.set(batchId, pending);
    this.parts.store.putEntries(recognition.entries);
    await nextTurn();
    await this.announceUntold();
    this.batches += 1;
    // What this process announced it has: nothing of it has to be read.
    if (this.batches % batchesPerComparison === 0) await noteThrough(this.parts.store, this.parts.log);
    return households;
  }

  /** Tells what is stored and perhaps not told. A repeated command changes nothing. */
  private async announceUntold(): Promise<void> {
    for (const [batchId, { announcements, batchId: _, ...told }] of this.untold) {
      for (let from = 0; from < announcements.length; from += announcementsPerWrite) {
        const occurredAt = new Date(this.parts.clock()).toISOString();
        const results = await this.parts.handler.handleMany(
          announcements.slice(from, from + announcementsPerWrite).map(({ area, ...person }) => ({
            command: { type: 'RecordPerson', ...person },
            // The person's id is new and rises with time, so his first command may be named after it.
            context: { commandId: sequencedId(person.personId, 0), area, occurredAt, ...told },
          })),
        );
        for (const result of results) if (!result.ok) throw result.error;
      }
      this.untold.delete(batchId);
      this.announced.push(batchId);
    }
  }

  private async tellErasure(erase: ErasePerson, context: CommandContext): Promise<void> {
    await this.parts.handler.handle(erase, context);
    this.parts.store.finishErasure(erase.personId);
  }
}

/** Households in slices of about as many persons as fit into one turn. */
function* slicesOf(households: PersonBatch['households']): Generator<PersonBatch['households']> {
  let slice: VaultHousehold[] = [];
  let persons = 0;
  for (const household of households) {
    slice.push(household);
    persons += household.members.length;
    if (persons >= personsPerSlice) {
      yield slice;
      slice = [];
      persons = 0;
    }
  }
  if (slice.length > 0) yield slice;
}

type NewIdentity = Identity & { readonly secret: Buffer };

/** Tells, member by member, who is known and who is new. Collects what is to be written; writes nothing itself. */
class Recognition {
  /** Persons who are new in this batch, and those the store has, as this batch leaves them; by id. */
  readonly added = new Map<string, NewIdentity>();
  readonly seenAgain = new Map<string, Identity>();
  readonly entries: Entry[] = [];
  readonly announcements: Announcement[] = [];
  /** Whom events knew already. */
  readonly found: string[] = [];
  /** Whom this batch has met so far, by match hash. */
  private readonly met = new Map<string, string[]>();
  private random = Buffer.alloc(0);
  private randomUsed = 0;

  constructor(
    private readonly parts: VaultParts,
    private readonly batch: PersonBatch,
  ) {}

  recognise({ householdId, area, address, members }: PersonBatch['households'][number]): string[] {
    const taken = new Set<string>();
    return members.map((member) => {
      const nameKey = personNameKey(member.firstName, member.lastName);
      const nameHash = this.parts.hashes.ofName(nameKey);
      const told = member.personId;
      if (told !== undefined && this.parts.store.isErased(told)) {
        taken.add(told);
        return told;
      }
      const { known, matchHash, holders } = this.knownOf(member, nameKey, nameHash, householdId, taken);
      const personId = known?.personId ?? told ?? this.parts.ids.next();
      if (told !== undefined) this.found.push(told);
      else if (known === undefined) {
        const suspected = holders.map((other) => suspectedOf(other, nameHash));
        const { source } = this.batch;
        this.announcements.push({ personId, householdId, area, source, document: member.document, suspected });
      }
      taken.add(personId);
      const secret = this.keep(known, { personId, householdId, matchHash, nameHash });
      const { title, firstName, lastName, number, bornOn, bornPrecision, document } = member;
      const data: PersonalData = { title, firstName, lastName, number, bornOn, bornPrecision, address };
      const sealed = this.parts.sealing.seal(personId, secret, this.randomBytes(sealNonceBytes), data);
      this.entries.push({ personId, document, sealed });
      return personId;
    });
  }

  /** By the id that events have for him, where it is told; else by his number and name. */
  private knownOf(member: VaultMember, nameKey: string, nameHash: string, householdId: string, taken: Set<string>) {
    const told = member.personId;
    if (member.number === '') {
      for (let ordinal = 0; ; ordinal += 1) {
        const matchHash = this.parts.hashes.ofUnnumbered(householdId, nameKey, member.bornOn ?? '', ordinal);
        const [known] = this.holdersOf(matchHash);
        const isHis = known === undefined || told === undefined || known.personId === told;
        if (isHis && (known === undefined || !taken.has(known.personId))) return { known, matchHash, holders: [] };
      }
    }
    const matchHash = this.parts.hashes.ofNumber(member.number);
    const holders = this.holdersOf(matchHash);
    if (told !== undefined) {
      return { known: this.added.get(told) ?? this.parts.store.identity(told), matchHash, holders };
    }
    const sameName = holders.filter((holder) => holder.nameHash === nameHash && !taken.has(holder.personId));
    const known =
      sameName.find((holder) => holder.householdId === householdId) ??
      sameName.find(({ source, round }) => source !== this.batch.source || round !== this.batch.round);
    return { known, matchHash, holders };
  }

  /** Who has this hash: those the store has, as this batch left them, and those who are new in it. */
  private holdersOf(matchHash: string): readonly Identity[] {
    const stored = this.parts.store.identitiesOf(matchHash);
    const met = this.met.get(matchHash);
    if (met === undefined) return stored;
    const unmet = stored.filter(({ personId }) => !met.includes(personId));
    return [...unmet, ...met.flatMap((personId) => this.added.get(personId) ?? this.seenAgain.get(personId) ?? [])];
  }

  /** Notes where the person is now, and answers his secret. An older round never moves him back to where he used to live. */
  private keep(known: Identity | undefined, now: Omit<Identity, 'source' | 'round'>): Buffer {
    const { source, round } = this.batch;
    const { personId, matchHash } = now;
    const met = this.met.get(matchHash);
    if (met === undefined) this.met.set(matchHash, [personId]);
    else if (!met.includes(personId)) met.push(personId);
    if (known === undefined) {
      const secret = this.randomBytes(keyBytes);
      const { householdId, nameHash } = now;
      this.added.set(personId, { personId, householdId, source, round, matchHash, nameHash, secret });
      return secret;
    }
    const kept = round >= known.round ? { ...now, source, round } : known;
    const added = this.added.get(personId);
    if (added) {
      this.added.set(personId, { ...kept, secret: added.secret });
      return added.secret;
    }
    this.seenAgain.set(personId, kept);
    const secret = this.parts.store.secretOf(personId);
    invariant(secret !== undefined, 'an identity has a secret');
    return secret;
  }

  private randomBytes(count: number): Buffer {
    if (this.randomUsed + count > this.random.length) {
      this.random = randomBytes(randomPoolBytes);
      this.randomUsed = 0;
    }
    this.randomUsed += count;
    return this.random.subarray(this.randomUsed - count, this.randomUsed);
  }
}

function suspectedOf(other: Identity, nameHash: string): SuspectedDuplicate {
  const reason = other.nameHash === nameHash ? 'same-number-other-household' : 'same-number-other-name';
  return { otherPersonId: other.personId, reason };
}
