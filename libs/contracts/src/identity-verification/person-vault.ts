import { z } from 'zod';
import { actorSchema, envelopeSchema, type Actor } from '../envelope';
import { daySchema, idSchema, roundSchema, sourceSchema } from '../fields';
import { identityDocumentKinds, numberCheckResults } from './person-events';

/**
 * The one synchronous call between contexts: names and numbers may not travel in events, so ingestion hands them to the person vault
 * of identity-verification and gets platform ids back. Batched and idempotent; an import waits while the vault is away.
 */
export interface PersonVault {
  /**
   * Recognises or records every member. Repeating a batch gives the same ids. Persons nobody had recorded before are announced by
   * `PersonRecorded` before this answers; a number held under another name, or in two households of one round, makes a new person and a
   * `DuplicateSuspected`: never "pick one".
   */
  recordPersons(batch: PersonBatch): Promise<readonly RecordedHousehold[]>;
  /** Who holds each number, in the order asked. `number` is normalised: digits, or G and digits, or a passport's letters and digits. */
  findByNumbers(numbers: readonly string[]): Promise<readonly NumberMatch[]>;
}

/** The name under which a composing process offers its {@link PersonVault}. */
export const personVaultPort = 'faemban.person-vault';

/** Households to record, with who released them. `round` is the survey's B.E. year: in one round a person lives in one household. */
export interface PersonBatch {
  /** Unique per batch and the same when the batch is repeated. */
  readonly batchId: string;
  readonly source: string;
  readonly round: number;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly households: readonly VaultHousehold[];
}

/** A household as the vault needs it: where it lives, in words, and its members. */
export interface VaultHousehold {
  readonly householdId: string;
  /** Area code for the envelope. */
  readonly area: string;
  readonly address: VaultAddress;
  readonly members: readonly VaultMember[];
}

/** An address in words, as the form has it. */
export interface VaultAddress {
  readonly houseCode: string;
  readonly houseNo: string;
  readonly moo: string;
  readonly soi: string;
  readonly road: string;
}

/** One member's personal data. `number` is normalised and empty for `none`; `bornOn` is a C.E. day, null when unknown. */
export interface VaultMember {
  /** The id under which events know him already, where the vault may have lost him: he is not announced again. */
  readonly personId?: string;
  readonly title: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly number: string;
  readonly document: VaultDocument;
  readonly bornOn: string | null;
  readonly bornPrecision: 'day' | 'month' | 'year' | null;
}

/** What kind of identity document, and how its number fared. */
export interface VaultDocument {
  readonly kind: (typeof identityDocumentKinds)[number];
  readonly check: (typeof numberCheckResults)[number];
}

/** The platform ids of a household's members, in the order they were given. */
export interface RecordedHousehold {
  readonly householdId: string;
  readonly personIds: readonly string[];
}

/** Who holds a number: one person, nobody, or more than one, which a human must look at. */
export type NumberMatch =
  | { readonly found: 'one'; readonly personId: string; readonly householdId: string; readonly document: VaultDocument }
  | { readonly found: 'none' }
  | { readonly found: 'several' };

/** The longest text of a household or member, in characters. Longer ones are no names or addresses. */
const vaultTextCharactersMax = 1000;
/** Households of one request to a vault in another process. */
export const vaultHouseholdsMax = 100;
/** Numbers of one such lookup. */
export const vaultNumbersMax = 2000;
const membersMax = 1000;

const text = z.string().max(vaultTextCharactersMax);
const correlation = z.string().min(1).max(80);
const documentSchema = z.strictObject({ kind: z.enum(identityDocumentKinds), check: z.enum(numberCheckResults) });
const memberSchema = z.strictObject({
  personId: idSchema.optional(),
  title: text,
  firstName: text,
  lastName: text,
  number: text,
  document: documentSchema,
  bornOn: daySchema.nullable(),
  bornPrecision: z.enum(['day', 'month', 'year']).nullable(),
});

/** A {@link PersonBatch} as it travels to a vault in another process. */
export const personBatchSchema = z.strictObject({
  batchId: z.string().min(1).max(200),
  source: sourceSchema,
  round: roundSchema,
  actor: actorSchema,
  correlationId: correlation,
  causationId: correlation.optional(),
  households: z
    .array(
      z.strictObject({
        householdId: idSchema,
        area: envelopeSchema.shape.area,
        address: z.strictObject({ houseCode: text, houseNo: text, moo: text, soi: text, road: text }),
        members: z.array(memberSchema).max(membersMax),
      }),
    )
    .max(vaultHouseholdsMax),
}) satisfies z.ZodType<PersonBatch>;

/** What it answers to a batch. */
export const recordedHouseholdsSchema = z.strictObject({
  households: z.array(z.strictObject({ householdId: idSchema, personIds: z.array(idSchema) })),
}) satisfies z.ZodType<{ households: readonly RecordedHousehold[] }>;

/** Numbers that are asked for. */
export const numbersSchema = z.strictObject({ numbers: z.array(text).max(vaultNumbersMax) });

/** What it answers to them, in the order asked. */
export const numberMatchesSchema = z.strictObject({
  matches: z.array(
    z.discriminatedUnion('found', [
      z.strictObject({
        found: z.literal('one'),
        personId: idSchema,
        householdId: idSchema,
        document: documentSchema,
      }),
      z.strictObject({ found: z.literal('none') }),
      z.strictObject({ found: z.literal('several') }),
    ]),
  ),
}) satisfies z.ZodType<{ matches: readonly NumberMatch[] }>;
