import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event';
import { idSchema, roundSchema, sha256Schema, sourceSchema } from '../fields';
import type { waitingHouseholdsApplied } from './area-mapping-events';
import type { ImportHoldEvent } from './import-hold-events';
import type { ImportRollbackEvent } from './import-rollback-events';

const importId = '0198b2d0-7c00-7000-8000-0000000000a1';
const count = z.number().int().min(0);

/** What may be imported: a survey in the BMN form, the state-welfare register, or the province's list of fragile households. */
export const importKinds = ['bmn-survey', 'welfare-register', 'fragile-list'] as const;
/** One of {@link importKinds}. */
export type ImportKind = (typeof importKinds)[number];
/** The parts a file can play in an import. */
export const importParts = ['households', 'members', 'register', 'list'] as const;
/** One of {@link importParts}. */
export type ImportPart = (typeof importParts)[number];

/** An upload of kinds and parts that a version of the event knows. */
const uploadedOf = <const Kinds extends readonly string[], const Parts extends readonly string[]>(
  kinds: Kinds,
  parts: Parts,
) =>
  z.strictObject({
    importId: idSchema,
    kind: z.enum(kinds),
    source: sourceSchema,
    round: roundSchema,
    mapping: z.string().regex(/^[a-z0-9-]+\/v\d+$/),
    uploadedBy: z.string().min(1).max(80),
    files: z.array(z.strictObject({ part: z.enum(parts), sha256: sha256Schema, bytes: count })).min(1),
  });

const uploadedExample = {
  importId,
  kind: 'bmn-survey',
  source: 'cdd-bmn',
  round: 2561,
  mapping: 'bmn-form/v1',
  uploadedBy: 'somchai',
  files: [
    { part: 'households', sha256: 'a'.repeat(64), bytes: 5210331 },
    { part: 'members', sha256: 'b'.repeat(64), bytes: 7120022 },
  ],
} as const;

export const importUploaded = defineEvent({
  type: 'ImportUploaded',
  context: 'ingestion',
  version: 2,
  summary: 'An operator uploaded the files of an import; they are sealed and wait to be validated.',
  data: uploadedOf(importKinds, importParts),
  restricted: [],
  examples: [{ ...uploadedExample, files: [...uploadedExample.files] }],
  since: '0.3.0',
  earlier: [
    {
      // One kind of import and one part fewer; what it said means the same.
      version: 1,
      data: uploadedOf(['bmn-survey', 'welfare-register'], ['households', 'members', 'register']),
      examples: [uploadedExample],
      since: '0.1.0',
      up: (data: unknown) => data,
    },
  ],
});

export const importValidated = defineEvent({
  type: 'ImportValidated',
  context: 'ingestion',
  version: 1,
  summary:
    'Every row of an import was checked and compared with what is known; the preview waits for a second operator.',
  data: z.strictObject({
    importId: idSchema,
    rows: count,
    households: count,
    persons: count,
    errors: count,
    warnings: count,
    preview: z.strictObject({ new: count, changed: count, same: count, conflict: count, ambiguous: count }),
  }),
  restricted: [],
  examples: [
    {
      importId,
      rows: 763283,
      households: 205120,
      persons: 558163,
      errors: 0,
      warnings: 12,
      preview: { new: 205120, changed: 0, same: 0, conflict: 0, ambiguous: 0 },
    },
  ],
  since: '0.1.0',
});

export const importApproved = defineEvent({
  type: 'ImportApproved',
  context: 'ingestion',
  version: 1,
  summary: 'A second operator, not the uploader, released an import to be applied.',
  data: z.strictObject({ importId: idSchema }),
  restricted: [],
  examples: [{ importId }],
  since: '0.1.0',
});

export const importRejected = defineEvent({
  type: 'ImportRejected',
  context: 'ingestion',
  version: 1,
  summary: 'An import was turned away, and nothing of it is applied.',
  data: z.strictObject({
    importId: idSchema,
    reason: z.enum(['rows-in-error', 'nothing-new', 'refused-by-operator', 'upload-abandoned']),
  }),
  restricted: [],
  examples: [{ importId, reason: 'rows-in-error' }],
  since: '0.1.0',
});

const appliedV1 = z.strictObject({
  importId: idSchema,
  listed: count,
  surveyed: count,
  registrations: count,
  unchanged: count,
  toReview: count,
});
const appliedExample = { importId, listed: 205120, surveyed: 205120, registrations: 0, unchanged: 0, toReview: 0 };

export const importApplied = defineEvent({
  type: 'ImportApplied',
  context: 'ingestion',
  version: 2,
  summary: 'Everything an approved import says was recorded on the households it is about.',
  data: appliedV1.extend({ fragilities: count }),
  restricted: [],
  examples: [{ ...appliedExample, fragilities: 0 }],
  since: '0.3.0',
  earlier: [
    {
      version: 1,
      data: appliedV1,
      examples: [appliedExample],
      since: '0.1.0',
      // There were no lists of fragile households then.
      up: (data: z.infer<typeof appliedV1>) => ({ ...data, fragilities: 0 }),
    },
  ],
});

/** Everything that happens to an import. */
export type ImportEvent =
  | EventOf<typeof importUploaded>
  | EventOf<typeof importValidated>
  | EventOf<typeof importApproved>
  | EventOf<typeof importRejected>
  | EventOf<typeof importApplied>
  | EventOf<typeof waitingHouseholdsApplied>
  | ImportHoldEvent
  | ImportRollbackEvent;
