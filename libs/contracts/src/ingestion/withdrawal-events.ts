import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event';
import { idSchema, roundSchema, sourceSchema } from '../fields';

const householdId = '0198b2d0-7c01-7000-8000-000000000001';
const importId = '0198b2d0-7c00-7000-8000-0000000000a2';
const earlierImportId = '0198b2d0-7c00-7000-8000-0000000000a1';

/**
 * What every withdrawal of a recorded fact says: which event is no longer in force, and which import's account of the same fact is in
 * force again, where there was one.
 */
const withdrawal = {
  householdId: idSchema,
  importId: idSchema,
  source: sourceSchema,
  withdrawnEventId: idSchema,
  restoredImportId: idSchema.nullable(),
};

export const householdSurveyWithdrawn = defineEvent({
  type: 'HouseholdSurveyWithdrawn',
  context: 'ingestion',
  version: 1,
  summary:
    'A survey of a household was withdrawn with the import that brought it; what was known of the round before is in force again.',
  data: z.strictObject({ ...withdrawal, round: roundSchema }),
  restricted: [],
  examples: [
    {
      householdId,
      importId,
      source: 'cdd-bmn',
      withdrawnEventId: '0198b2d0-7c03-7000-8000-000000000021',
      restoredImportId: earlierImportId,
      round: 2561,
    },
    {
      householdId,
      importId,
      source: 'cdd-bmn',
      withdrawnEventId: '0198b2d0-7c03-7000-8000-000000000021',
      restoredImportId: null,
      round: 2561,
    },
  ],
  since: '0.1.0',
});

export const welfareRegistrationWithdrawn = defineEvent({
  type: 'WelfareRegistrationWithdrawn',
  context: 'ingestion',
  version: 1,
  summary:
    'What the state-welfare register of a year said of a household was withdrawn with the import that brought it; what was known before is in force again.',
  data: z.strictObject({ ...withdrawal, registerYear: roundSchema }),
  restricted: [],
  examples: [
    {
      householdId,
      importId,
      source: 'mof-welfare',
      withdrawnEventId: '0198b2d0-7c03-7000-8000-000000000022',
      restoredImportId: null,
      registerYear: 2560,
    },
  ],
  since: '0.1.0',
});

export const fragilityWithdrawn = defineEvent({
  type: 'FragilityWithdrawn',
  context: 'ingestion',
  version: 1,
  summary:
    'What a list of fragile households said of a household was withdrawn with the import that brought it; what was known before is in force again.',
  data: z.strictObject({ ...withdrawal, listYear: roundSchema }),
  restricted: [],
  examples: [
    {
      householdId,
      importId,
      source: 'province-fragile',
      withdrawnEventId: '0198b2d0-7c03-7000-8000-000000000023',
      restoredImportId: null,
      listYear: 2564,
    },
  ],
  since: '0.2.0',
});

/** What an undone import takes back of a household. */
export type HouseholdWithdrawalEvent =
  | EventOf<typeof householdSurveyWithdrawn>
  | EventOf<typeof welfareRegistrationWithdrawn>
  | EventOf<typeof fragilityWithdrawn>;
