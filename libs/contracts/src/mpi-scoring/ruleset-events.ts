import { z } from 'zod';
import { defineEvent, type EventOf } from '../define-event';
import { sha256Schema } from '../fields';
import { rulesetRefSchema, rulesetSchema, type PublishedRuleset } from './ruleset-data';

const example: PublishedRuleset = {
  id: 'two-of-five',
  version: 1,
  title: { th: 'ตกเกณฑ์อย่างน้อยสองด้าน', en: 'Two of five dimensions' },
  dataYears: { from: 2560, to: 2564 },
  indicatorSet: 'bmn-2560',
  dimensions: [
    { key: 'health', th: 'สุขภาพ', en: 'Health', indicators: [1, 4, 5, 7] },
    { key: 'living', th: 'ความเป็นอยู่', en: 'Living standard', indicators: [8, 9, 10, 11] },
    { key: 'income', th: 'รายได้', en: 'Income', indicators: [20, 21, 22] },
  ],
  identification: { kind: 'atLeast', dimensions: 2 },
  unknown: 'notFailed',
  notApplicable: 'notFailed',
  target: { kind: 'poorAndWelfareVerified' },
  flags: {},
};
const weighted: PublishedRuleset = {
  ...example,
  id: 'weighted-third',
  title: { th: 'ถ่วงน้ำหนัก หนึ่งในสาม', en: 'Weighted, one third' },
  dimensions: [{ key: 'income', th: 'รายได้', en: 'Income', indicators: [20, 21, 22] }],
  identification: {
    kind: 'weighted',
    denominator: 3,
    weights: { 20: 1, 21: 1, 22: 1 },
    cutoff: { num: 1, den: 3 },
  },
  flags: { incomeFailed: { kind: 'namedSet', dimensions: ['income'] } },
};
const digest = 'a'.repeat(64);
const accountSchema = z.string().min(1).max(80);

export const rulesetDrafted = defineEvent({
  type: 'RulesetDrafted',
  context: 'mpi-scoring',
  version: 1,
  summary: 'Somebody proposed a version of a ruleset; nobody is scored under it until somebody else publishes it.',
  data: z.strictObject({
    ruleset: rulesetSchema,
    /** SHA-256 over the ruleset: what a publisher says he has read. */
    digest: sha256Schema,
    draftedBy: accountSchema,
  }),
  restricted: [],
  examples: [{ ruleset: example, digest, draftedBy: 'somchai' }],
  since: '0.3.0',
});

export const rulesetPublished = defineEvent({
  type: 'RulesetPublished',
  context: 'mpi-scoring',
  version: 1,
  summary:
    'A version of a ruleset took effect for ever: every household is scored under it, beside all other rulesets.',
  data: z.strictObject({
    ruleset: rulesetSchema,
    digest: sha256Schema,
    /** Who drafted it, never who published it; `platform` for a ruleset that ships with the product. */
    draftedBy: accountSchema,
    origin: z.enum(['shipped', 'province']),
  }),
  restricted: [],
  examples: [
    { ruleset: example, digest, draftedBy: 'somchai', origin: 'province' },
    { ruleset: weighted, digest, draftedBy: 'platform', origin: 'shipped' },
  ],
  since: '0.3.0',
});

export const rulesetApplied = defineEvent({
  type: 'RulesetApplied',
  context: 'mpi-scoring',
  version: 1,
  summary:
    'Every household recorded before a ruleset was published has been scored under it, except those whose events are parked.',
  data: z.strictObject({
    ruleset: rulesetRefSchema,
    /** Events whose households wait because one of them could not be worked. */
    exceptParkedEvents: z.number().int().min(0),
  }),
  restricted: [],
  examples: [{ ruleset: { id: 'two-of-five', version: 1 }, exceptParkedEvents: 0 }],
  since: '0.3.0',
});

/** Everything that happens to the rulesets of a province. */
export type RulebookEvent =
  EventOf<typeof rulesetDrafted> | EventOf<typeof rulesetPublished> | EventOf<typeof rulesetApplied>;
