import { z } from 'zod';
import { contextNames, defineEvent, type EventOf } from '../define-event';
import { idSchema } from '../fields';

export const householdFactsReliedOn = defineEvent({
  type: 'HouseholdFactsReliedOn',
  context: 'ingestion',
  version: 1,
  summary:
    'Another context built something on the facts recorded of a household; imports that brought them can no longer be undone.',
  data: z.strictObject({
    householdId: idSchema,
    /** Who built on them. */
    context: z.enum(contextNames),
    /** What was built, as a stable code of that context, such as `targeting`, `visit`, `approval` or `locked-report`. */
    what: z.string().regex(/^[a-z][a-z-]{1,39}$/),
    /** The event in which that context said so. */
    eventId: idSchema,
  }),
  restricted: [],
  examples: [
    {
      householdId: '0198b2d0-7c01-7000-8000-000000000001',
      context: 'case-management',
      what: 'targeting',
      eventId: '0198b2d0-7c03-7000-8000-000000000031',
    },
  ],
  since: '0.1.0',
});

/** What others say they built on a household's facts. */
export type HouseholdRelianceEvent = EventOf<typeof householdFactsReliedOn>;
