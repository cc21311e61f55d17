import type { VaultDocument } from '@faemban/contracts';
import type { SuspectedDuplicate } from '../persons/person.decisions';

/** How a person is recognised. Lives with the keys, apart from the data, and beside it his secret. */
export interface Identity {
  readonly personId: string;
  /** Where he lives, as the latest round said. */
  readonly householdId: string;
  readonly source: string;
  readonly round: number;
  readonly matchHash: string;
  readonly nameHash: string;
}

/** A person's entry in the vault. */
export interface Entry {
  readonly personId: string;
  readonly document: VaultDocument;
  readonly sealed: Buffer;
}

/** A new person that may not have been announced by an event yet. Holds nothing personal. */
export interface Announcement {
  readonly personId: string;
  readonly householdId: string;
  readonly area: string;
  readonly source: string;
  readonly document: VaultDocument;
  readonly suspected: readonly SuspectedDuplicate[];
}

/** An erasure that has begun; it is finished after a crash. */
export interface Erasure {
  readonly personId: string;
  /** The command and its context, as JSON. */
  readonly command: string;
}

/** What a stretch of the log says of persons, beside what the vault has. */
export interface Compared {
  /** How far the log is compared afterwards. */
  readonly partition: number;
  readonly seq: number;
  readonly erased: readonly string[];
  /** Persons recorded there whom the vault has neither kept nor erased, and when that was. */
  readonly missing: readonly { readonly personId: string; readonly recordedAt: string }[];
}

/** Persons whom events name and the vault does not have. */
export interface Missing {
  readonly persons: number;
  /** When the first and last of them were recorded; ISO 8601. */
  readonly from: string;
  readonly to: string;
}

/**
 * Where the vault keeps its two halves: identities with their secrets, and sealed entries. They are two files with backups of their own.
 * Each call is durable when it returns.
 */
export interface VaultStore {
  /** Runs work that reads identities many times over as one read, which takes a third of the time. It must not wait for anything. */
  reading<Result>(work: () => Result): Result;
  /** Everyone with this hash, oldest first. */
  identitiesOf(matchHash: string): readonly Identity[];
  identity(personId: string): Identity | undefined;
  secretOf(personId: string): Buffer | undefined;
  /** Writes identities, and remembers the announcements still to be made under the batch's id; forgets those of `announced` batches. */
  putIdentities(change: {
    readonly added: readonly (Identity & { readonly secret: Buffer })[];
    readonly seenAgain: readonly Identity[];
    readonly announcements?: { readonly batchId: string; readonly json: string };
    readonly announced?: readonly string[];
    /** Persons who had been missing. */
    readonly found?: readonly string[];
  }): void;
  pendingAnnouncements(): readonly { readonly batchId: string; readonly json: string }[];
  putEntries(entries: readonly Entry[]): void;
  entry(personId: string): Entry | undefined;
  /** Destroys the identity with its secret, overwriting it, and remembers the erasure until {@link finishErasure}. */
  beginErasure(erasure: Erasure): void;
  /** Takes the sealed entry away and forgets the erasure. */
  finishErasure(personId: string): void;
  pendingErasures(): readonly Erasure[];
  isErased(personId: string): boolean;
  isMissing(personId: string): boolean;
  missing(): Missing | undefined;
  /** How far the log is compared, per partition. */
  comparedThrough(): readonly { readonly partition: number; readonly seq: number }[];
  /** Erases what the log says to be erased, and notes who is missing, in one step. */
  putCompared(compared: readonly Compared[]): void;
  close(): void;
}
