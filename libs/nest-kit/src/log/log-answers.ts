import { contextNames, envelopeSchema, sha256Schema } from '@faemban/contracts';
import { z } from 'zod';

/** Events, or places, that one answer may have. */
export const logAnswerItemsMax = 1000;
/** Bytes of event JSON after which an answer ends: 4 MiB. The event that goes beyond is still in it, so an answer always goes on. */
export const logAnswerBytesMax = 4 * 1024 * 1024;

const seqSchema = z.number().int().min(1);

/** A context's heads, partition by partition. */
export const headsAnswer = z.strictObject({
  heads: z.array(
    z.strictObject({
      partition: envelopeSchema.shape.partition,
      seq: z.number().int().min(0),
      chainHash: sha256Schema,
      recordedAt: envelopeSchema.shape.recordedAt.nullable(),
    }),
  ),
});

/** Events of a partition in order. `isCut` says that there may be more of what was asked, which this answer had no room for. */
export const eventsAnswer = z.strictObject({
  events: z.array(
    z.strictObject({
      ...envelopeSchema.shape,
      context: z.enum(contextNames),
      // Handed through by reference, so that JSON.stringify writes the same text again.
      data: z.unknown(),
      chainHash: sha256Schema,
    }),
  ),
  isCut: z.boolean(),
});

/** Places of a partition in order. */
export const placesAnswer = z.strictObject({
  places: z.array(
    z.strictObject({
      partition: envelopeSchema.shape.partition,
      seq: seqSchema,
      recordedAt: envelopeSchema.shape.recordedAt,
      contentHash: sha256Schema,
      chainHash: sha256Schema,
      type: envelopeSchema.shape.type,
    }),
  ),
});
