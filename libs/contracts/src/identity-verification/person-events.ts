import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event';
import { idSchema, sourceSchema } from '../fields';

const personId = '0198b2d0-7c02-7000-8000-000000000011';
const otherPersonId = '0198b2d0-7c02-7000-8000-000000000099';
const householdId = '0198b2d0-7c01-7000-8000-000000000001';

/** The kinds of identity document. `none` is a person without any number. */
export const identityDocumentKinds = ['citizenId', 'nonThaiId', 'gCode', 'passport', 'none'] as const;
/** How a number fared: `warned` is a failing check digit where the first digit is 0, which only a verifier can judge. */
export const numberCheckResults = ['passed', 'failed', 'warned', 'notApplicable'] as const;

export const personRecorded = defineEvent({
  type: 'PersonRecorded',
  context: 'identity-verification',
  version: 1,
  summary:
    'A source named a person nobody had recorded before; name and number went to the vault under a key of his own.',
  data: z.strictObject({
    personId: idSchema,
    householdId: idSchema,
    source: sourceSchema,
    document: z.strictObject({ kind: z.enum(identityDocumentKinds), check: z.enum(numberCheckResults) }),
  }),
  restricted: ['document'],
  examples: [{ personId, householdId, source: 'cdd-bmn', document: { kind: 'citizenId', check: 'passed' } }],
  since: '0.1.0',
});

export const duplicateSuspected = defineEvent({
  type: 'DuplicateSuspected',
  context: 'identity-verification',
  version: 1,
  summary: 'Two records seemed to be of one person, or one number to be of two; a human must look.',
  data: z.strictObject({
    personId: idSchema,
    otherPersonId: idSchema,
    reason: z.enum(['same-number-other-name', 'same-number-other-household']),
  }),
  restricted: [],
  examples: [{ personId, otherPersonId, reason: 'same-number-other-name' }],
  since: '0.1.0',
});

export const personErased = defineEvent({
  type: 'PersonErased',
  context: 'identity-verification',
  version: 1,
  summary: "A person's key was destroyed; what the vault holds of him can no longer be read.",
  data: z.strictObject({ personId: idSchema, legalBasis: z.enum(['pdpa-s33', 'retention-ended']) }),
  restricted: [],
  examples: [{ personId, legalBasis: 'pdpa-s33' }],
  since: '0.1.0',
});

/** Everything that happens to a person's record. */
export type PersonEvent =
  EventOf<typeof personRecorded> | EventOf<typeof duplicateSuspected> | EventOf<typeof personErased>;
