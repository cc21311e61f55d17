import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event';
import {
  answersSchema,
  areaRefSchema,
  daySchema,
  dimensionSchema,
  idSchema,
  measuredSchema,
  roundSchema,
  sourceSchema,
} from '../fields';
import { surveyFiguresSchema } from '../ingestion/household-events';
import type { ScoreWithdrawalEvent } from './score-withdrawal-events';
import { firstRulesets, rulesetRefSchema } from './ruleset-data';

const householdId = '0198b2d0-7c01-7000-8000-000000000001';
const surveyEventId = '0198b2d0-7c03-7000-8000-000000000021';
const welfareEventId = '0198b2d0-7c03-7000-8000-000000000022';
const personOne = '0198b2d0-7c02-7000-8000-000000000011';
const personTwo = '0198b2d0-7c02-7000-8000-000000000012';
const area = {
  sourceCode: '8417010101',
  village: '8417010101',
  tambon: '841701',
  municipality: null,
  district: '8417',
  province: '84',
  crosswalkVersion: 'tpmap-2561.1',
};
const answers = 'nnnpppppppppppnpnnppnfpppppnnpp';

/** What counts of a member: the three burdens a survey sees. */
export const countedMemberSchema = z.strictObject({
  personId: idSchema,
  elderly: z.boolean(),
  disabled: z.boolean(),
  chronic: z.boolean(),
});

const scoringInputDataV1 = z.strictObject({
  householdId: idSchema,
  factId: idSchema,
  source: sourceSchema,
  validFrom: daySchema,
  input: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('survey'),
      round: roundSchema,
      area: areaRefSchema,
      answers: answersSchema,
      figures: surveyFiguresSchema,
      happiness: z.number().int().min(0).max(10).nullable(),
      members: z.array(countedMemberSchema).min(1).max(60),
    }),
    z.strictObject({
      kind: z.literal('welfare'),
      registerYear: roundSchema,
      registrations: z
        .array(z.strictObject({ personId: idSchema, registered: z.boolean(), verified: z.boolean() }))
        .min(1)
        .max(60),
    }),
  ]),
});
type ScoringInputV1 = z.infer<typeof scoringInputDataV1>;

const surveyInputExample: ScoringInputV1 = {
  householdId,
  factId: surveyEventId,
  source: 'cdd-bmn',
  validFrom: '2018-02-14',
  input: {
    kind: 'survey',
    round: 2561,
    area,
    answers,
    figures: { incomeSatang: 6_000_000, birthWeightG: null, drinkingWaterL: 6, utilityWaterL: 60 },
    happiness: 8,
    members: [
      { personId: personOne, elderly: false, disabled: false, chronic: false },
      { personId: personTwo, elderly: false, disabled: false, chronic: false },
    ],
  },
};
const welfareInputExample: ScoringInputV1 = {
  householdId,
  factId: welfareEventId,
  source: 'mof-welfare',
  validFrom: '2017-10-01',
  input: {
    kind: 'welfare',
    registerYear: 2560,
    registrations: [{ personId: personOne, registered: true, verified: true }],
  },
};

export const scoringInputRecorded = defineEvent({
  type: 'ScoringInputRecorded',
  context: 'mpi-scoring',
  version: 2,
  summary: 'A fact that scores depend on reached the household’s score and was kept with the day it is valid from.',
  data: scoringInputDataV1.extend({
    /** The rulesets that were known when this was taken in: the household is scored under those of them that are for the round. */
    rulesets: z.array(rulesetRefSchema).max(60),
  }),
  restricted: ['input'],
  examples: [
    {
      ...surveyInputExample,
      rulesets: [
        { id: 'tpmap-2561', version: 1 },
        { id: 'two-of-five', version: 1 },
      ],
    },
    { ...welfareInputExample, rulesets: [{ id: 'tpmap-2561', version: 1 }] },
  ],
  since: '0.3.0',
  earlier: [
    {
      version: 1,
      data: scoringInputDataV1,
      examples: [surveyInputExample, welfareInputExample],
      since: '0.1.0',
      up: (data: ScoringInputV1) => ({ ...data, rulesets: firstRulesets }),
    },
  ],
});

/** Why one failed indicator failed. `dimension` is null for an indicator that the ruleset does not use. */
export const failedIndicatorSchema = z.strictObject({
  indicator: z.number().int().min(1).max(31),
  dimension: dimensionSchema.nullable(),
  measured: measuredSchema.optional(),
});

export const householdScored = defineEvent({
  type: 'HouseholdScored',
  context: 'mpi-scoring',
  version: 1,
  summary:
    'A household was scored under a ruleset for a survey round, valid from the latest day of what it was scored on.',
  data: z.strictObject({
    householdId: idSchema,
    round: roundSchema,
    ruleset: z.strictObject({ id: z.string().min(1), version: z.number().int().min(1) }),
    validFrom: daySchema,
    area: areaRefSchema,
    answers: answersSchema,
    happiness: z.number().int().min(0).max(10).nullable(),
    members: z
      .array(countedMemberSchema.extend({ registered: z.boolean(), verified: z.boolean() }))
      .min(1)
      .max(60),
    failedDimensions: z.array(dimensionSchema).max(5),
    isPoor: z.boolean(),
    targetPersons: z.number().int().min(0),
    failed: z.array(failedIndicatorSchema).max(31),
    basedOn: z
      .array(
        z.strictObject({
          factId: idSchema,
          kind: z.enum(['survey', 'welfare']),
          source: sourceSchema,
          validFrom: daySchema,
        }),
      )
      .min(1)
      .max(60),
  }),
  restricted: ['answers', 'happiness', 'members', 'failedDimensions', 'isPoor', 'targetPersons', 'failed'],
  examples: [
    {
      householdId,
      round: 2561,
      ruleset: { id: 'tpmap-2561', version: 1 },
      validFrom: '2018-02-14',
      area,
      answers,
      happiness: 8,
      members: [
        { personId: personOne, elderly: false, disabled: false, chronic: false, registered: true, verified: true },
        { personId: personTwo, elderly: false, disabled: false, chronic: false, registered: false, verified: false },
      ],
      failedDimensions: ['income'],
      isPoor: true,
      targetPersons: 1,
      failed: [
        { indicator: 22, dimension: 'income', measured: { value: 30000, threshold: 38000, unit: 'baht/person/year' } },
      ],
      basedOn: [
        { factId: welfareEventId, kind: 'welfare', source: 'mof-welfare', validFrom: '2017-10-01' },
        { factId: surveyEventId, kind: 'survey', source: 'cdd-bmn', validFrom: '2018-02-14' },
      ],
    },
  ],
  since: '0.1.0',
});

/** Everything that happens to a household's score. */
export type HouseholdScoreEvent =
  EventOf<typeof scoringInputRecorded> | EventOf<typeof householdScored> | ScoreWithdrawalEvent;
