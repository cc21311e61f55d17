import { z } from 'zod';
import { contextNames, defineEvent, type ContextName, type EventDefinition, type EventOf } from '../define-event';
import { sha256Schema } from '../fields';

const logSealedSchema = z.strictObject({
  /** 1, 2, 3, … within the context. */
  number: z.number().int().min(1),
  eventsTotal: z.number().int().min(1),
  /** SHA-256 over the canonical JSON of the signed seal. */
  sealHash: sha256Schema,
  keyId: z.string().regex(/^[0-9a-f]{8}$/),
});
/** The definition of a context's `LogSealed`. */
export type LogSealedDefinition = EventDefinition<'LogSealed', typeof logSealedSchema>;
/** A context's log was sealed. */
export type LogSealed = EventOf<LogSealedDefinition>;

/** `LogSealed` of every context, by its name. */
export const logSealed: Readonly<Record<ContextName, LogSealedDefinition>> = Object.fromEntries(
  contextNames.map((context) => [
    context,
    defineEvent({
      type: 'LogSealed',
      context,
      version: 1,
      summary: 'The log of the context up to here was fixed by a signed seal.',
      data: logSealedSchema,
      restricted: [],
      examples: [{ number: 12, eventsTotal: 51_440, sealHash: 'd'.repeat(64), keyId: '622d41fb' }],
      since: '0.2.0',
    }),
  ]),
) as unknown as Readonly<Record<ContextName, LogSealedDefinition>>;
