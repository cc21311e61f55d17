import { z } from 'zod';
import { idSchema, sha256Schema } from './fields';

/** By which way a command came in. `policy` marks what the platform did by itself in answer to an event. */
export const channels = ['online', 'offline', 'import', 'policy', 'cli'] as const;

/** On whose authority something was done. */
export const actorSchema = z.strictObject({
  accountId: z.string().min(1).max(80),
  office: z.string().min(1).max(80),
  role: z.string().min(1).max(40),
  onBehalfOf: z.string().min(1).max(80).optional(),
  channel: z.enum(channels),
});
/** Who did it: account, office, role, for whom, by which channel. */
export type Actor = z.infer<typeof actorSchema>;

const instantSchema = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);

/** Everything that stands around an event's `data`. `recordedAt` is the "known" time; `occurredAt` when the server took the command. */
export const envelopeSchema = z.strictObject({
  id: idSchema,
  type: z.string().min(1),
  context: z.string().min(1),
  schemaVersion: z.number().int().min(1),
  stream: z.string().min(1).max(120),
  version: z.number().int().min(1),
  partition: z.number().int().min(0),
  seq: z.number().int().min(1),
  recordedAt: instantSchema,
  occurredAt: instantSchema,
  area: z.string().regex(/^(\d{2,10}|)$/),
  actor: actorSchema,
  commandId: z.string().min(1).max(80),
  correlationId: z.string().min(1).max(80),
  causationId: z.string().min(1).max(80).optional(),
  traceparent: z.string().max(80).optional(),
  subjects: z.array(z.string().min(1).max(80)),
  corrects: idSchema.optional(),
  contentHash: sha256Schema,
});
/** The envelope of a recorded event; see {@link envelopeSchema}. */
export type Envelope = z.infer<typeof envelopeSchema>;
