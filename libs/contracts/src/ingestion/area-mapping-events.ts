import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event';
import { idSchema, sourceSchema } from '../fields';

const mappingId = '0198b2d0-7c04-8000-8000-0000000000b1';
const importId = '0198b2d0-7c00-7000-8000-0000000000a1';
const count = z.number().int().min(0);

/** A code as the source writes it, and the area it stands for: a village (10 digits), or a tambon or municipality (6 digits). */
const mapping = {
  mappingId: idSchema,
  source: sourceSchema,
  sourceCode: z.string().regex(/^\d{6,10}$/),
  target: z.string().regex(/^(\d{6}|\d{10})$/),
};

export const areaMappingProposed = defineEvent({
  type: 'AreaMappingProposed',
  context: 'ingestion',
  version: 1,
  summary:
    'An operator proposed which known area a source’s unknown area code stands for; somebody else has to approve it.',
  data: z.strictObject({ ...mapping, proposedBy: z.string().min(1).max(80) }),
  restricted: [],
  examples: [{ mappingId, source: 'cdd-bmn', sourceCode: '8499010101', target: '8417010101', proposedBy: 'somchai' }],
  since: '0.1.0',
});

export const areaMappingApproved = defineEvent({
  type: 'AreaMappingApproved',
  context: 'ingestion',
  version: 1,
  summary:
    'A second operator approved which area a source’s code stands for; households that waited for it are applied.',
  data: z.strictObject(mapping),
  restricted: [],
  examples: [{ mappingId, source: 'cdd-bmn', sourceCode: '8499010101', target: '8417010101' }],
  since: '0.1.0',
});

export const areaMappingDeclined = defineEvent({
  type: 'AreaMappingDeclined',
  context: 'ingestion',
  version: 1,
  summary: 'A proposed mapping of a source’s area code was turned away; what was approved before still holds.',
  data: z.strictObject({ mappingId: idSchema }),
  restricted: [],
  examples: [{ mappingId }],
  since: '0.1.0',
});

export const waitingHouseholdsApplied = defineEvent({
  type: 'WaitingHouseholdsApplied',
  context: 'ingestion',
  version: 1,
  summary: 'Households of an applied import that had waited for their area code to be mapped were recorded.',
  data: z.strictObject({ importId: idSchema, mappingId: idSchema, households: count, surveyed: count }),
  restricted: [],
  examples: [{ importId, mappingId, households: 12, surveyed: 12 }],
  since: '0.1.0',
});

/** Everything that happens to the mapping of one code of one source. */
export type AreaMappingEvent =
  EventOf<typeof areaMappingProposed> | EventOf<typeof areaMappingApproved> | EventOf<typeof areaMappingDeclined>;
