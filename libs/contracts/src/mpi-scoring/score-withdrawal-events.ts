import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event';
import { daySchema, idSchema, roundSchema } from '../fields';

const householdId = '0198b2d0-7c01-7000-8000-000000000001';
const factId = '0198b2d0-7c03-7000-8000-000000000021';

export const scoringInputWithdrawn = defineEvent({
  type: 'ScoringInputWithdrawn',
  context: 'mpi-scoring',
  version: 1,
  summary: 'A fact that scores depend on was withdrawn by its source; the household’s score no longer counts it.',
  data: z.strictObject({ householdId: idSchema, factId: idSchema }),
  restricted: [],
  examples: [{ householdId, factId }],
  since: '0.1.0',
});

export const householdScoreWithdrawn = defineEvent({
  type: 'HouseholdScoreWithdrawn',
  context: 'mpi-scoring',
  version: 1,
  summary:
    'From a valid day on, a household’s scores of a round under a ruleset were withdrawn; those that still hold follow at once.',
  data: z.strictObject({
    householdId: idSchema,
    round: roundSchema,
    ruleset: z.strictObject({ id: z.string().min(1), version: z.number().int().min(1) }),
    validFrom: daySchema,
    /** The fact whose withdrawal took the score away. */
    factId: idSchema,
  }),
  restricted: [],
  examples: [{ householdId, round: 2561, ruleset: { id: 'tpmap-2561', version: 1 }, validFrom: '2018-02-14', factId }],
  since: '0.1.0',
});

/** What a withdrawn fact does to a household's score. */
export type ScoreWithdrawalEvent = EventOf<typeof scoringInputWithdrawn> | EventOf<typeof householdScoreWithdrawn>;
