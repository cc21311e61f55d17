import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event';
import { answersSchema, areaRefSchema, daySchema, idSchema, roundSchema, sourceSchema } from '../fields';
import type { HouseholdRelianceEvent } from './reliance-events';
import type { HouseholdWithdrawalEvent } from './withdrawal-events';

const householdId = '0198b2d0-7c01-7000-8000-000000000001';
const importId = '0198b2d0-7c00-7000-8000-0000000000a1';
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

/** One member as a survey found him, in coded facts only. Age in completed years on the interview day. */
export const surveyedMemberSchema = z.strictObject({
  personId: idSchema,
  memberNo: z.number().int().min(1).max(99),
  isHead: z.boolean(),
  sex: z.enum(['male', 'female', 'unknown']),
  age: z.number().int().min(0).max(130).nullable(),
  elderly: z.boolean(),
  disabled: z.boolean(),
  chronic: z.boolean(),
  canHelpSelf: z.boolean(),
  relation: z.enum(['head', 'spouse', 'child', 'parent', 'grandchild', 'sibling', 'other']),
});
/** See {@link surveyedMemberSchema}. */
export type SurveyedMember = z.infer<typeof surveyedMemberSchema>;

/** The raw figures behind the answers that have a threshold; null where the form left them blank. */
export const surveyFiguresSchema = z.strictObject({
  incomeSatang: z.number().int().min(0),
  birthWeightG: z.number().min(0).nullable(),
  drinkingWaterL: z.number().min(0).nullable(),
  utilityWaterL: z.number().min(0).nullable(),
});
/** See {@link surveyFiguresSchema}. */
export type SurveyFigures = z.infer<typeof surveyFiguresSchema>;

export const householdListed = defineEvent({
  type: 'HouseholdListed',
  context: 'ingestion',
  version: 1,
  summary: 'A household that no source had named before was entered in the list of households.',
  data: z.strictObject({ householdId: idSchema, source: sourceSchema, importId: idSchema, area: areaRefSchema }),
  restricted: [],
  examples: [{ householdId, source: 'cdd-bmn', importId, area }],
  since: '0.1.0',
});

export const householdSurveyed = defineEvent({
  type: 'HouseholdSurveyed',
  context: 'ingestion',
  version: 1,
  summary: 'A survey round described a household: its answers, the figures behind them, and its whole roster.',
  data: z.strictObject({
    householdId: idSchema,
    importId: idSchema,
    source: sourceSchema,
    round: roundSchema,
    surveyedOn: daySchema,
    area: areaRefSchema,
    answers: answersSchema,
    figures: surveyFiguresSchema,
    happiness: z.number().int().min(0).max(10).nullable(),
    members: z.array(surveyedMemberSchema).min(1).max(60),
  }),
  restricted: ['answers', 'figures', 'happiness', 'members'],
  examples: [
    {
      householdId,
      importId,
      source: 'cdd-bmn',
      round: 2561,
      surveyedOn: '2018-02-14',
      area,
      answers: 'nnnpppppppppppnpnnppnfpppppnnpp',
      figures: { incomeSatang: 6_000_000, birthWeightG: null, drinkingWaterL: 6, utilityWaterL: 60 },
      happiness: 8,
      members: [
        {
          personId: personOne,
          memberNo: 1,
          isHead: true,
          sex: 'female',
          age: 52,
          elderly: false,
          disabled: false,
          chronic: false,
          canHelpSelf: true,
          relation: 'head',
        },
        {
          personId: personTwo,
          memberNo: 2,
          isHead: false,
          sex: 'male',
          age: 11,
          elderly: false,
          disabled: false,
          chronic: false,
          canHelpSelf: true,
          relation: 'child',
        },
      ],
    },
  ],
  since: '0.1.0',
});

export const welfareRegistrationRecorded = defineEvent({
  type: 'WelfareRegistrationRecorded',
  context: 'ingestion',
  version: 1,
  summary:
    'The state-welfare register said which members of a household had registered and which had passed its verification.',
  data: z.strictObject({
    householdId: idSchema,
    importId: idSchema,
    source: sourceSchema,
    registerYear: roundSchema,
    validFrom: daySchema,
    registrations: z
      .array(z.strictObject({ personId: idSchema, registered: z.boolean(), verified: z.boolean() }))
      .min(1)
      .max(60),
  }),
  restricted: ['registrations'],
  examples: [
    {
      householdId,
      importId,
      source: 'mof-welfare',
      registerYear: 2560,
      validFrom: '2017-10-01',
      registrations: [{ personId: personOne, registered: true, verified: true }],
    },
  ],
  since: '0.1.0',
});

export const fragilityRecorded = defineEvent({
  type: 'FragilityRecorded',
  context: 'ingestion',
  version: 1,
  summary:
    "The province's list of fragile households said whether it has a household as fragile and as a target of TPMAP.",
  data: z.strictObject({
    householdId: idSchema,
    importId: idSchema,
    source: sourceSchema,
    listYear: roundSchema,
    validFrom: daySchema,
    /** By which definition the list was made, e.g. `province-list/v1`: several are in use and they differ. */
    definition: z.string().regex(/^[a-z0-9-]+\/v\d+$/),
    fragile: z.boolean(),
    tpmap: z.boolean(),
  }),
  restricted: ['fragile', 'tpmap'],
  examples: [
    {
      householdId,
      importId,
      source: 'province-fragile',
      listYear: 2564,
      validFrom: '2021-07-01',
      definition: 'province-list/v1',
      fragile: true,
      tpmap: true,
    },
  ],
  since: '0.2.0',
});

/** Everything sources say of a household, and take back. */
export type HouseholdEvent =
  | EventOf<typeof householdListed>
  | EventOf<typeof householdSurveyed>
  | EventOf<typeof welfareRegistrationRecorded>
  | EventOf<typeof fragilityRecorded>
  | HouseholdWithdrawalEvent
  | HouseholdRelianceEvent;
