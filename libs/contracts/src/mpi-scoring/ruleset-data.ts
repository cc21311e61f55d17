import { z } from 'zod';
import { dimensionSchema, roundSchema } from '../fields';

/** The id of a ruleset: lower-case letters, digits and dashes. */
export const rulesetIdSchema = z.string().regex(/^[a-z][a-z0-9-]{1,39}$/);

/** One version of a ruleset. */
export const rulesetRefSchema = z.strictObject({
  id: rulesetIdSchema,
  version: z.number().int().min(1).max(999),
});
/** See {@link rulesetRefSchema}. */
export type RulesetRef = z.infer<typeof rulesetRefSchema>;

/** What the first release scored under, before rulesets were published as events: it knew no other. */
export const firstRulesets: readonly RulesetRef[] = [{ id: 'tpmap-2561', version: 1 }];

const indicator = z.number().int().min(1).max(31);
const textSchema = z.string().trim().min(1).max(200);
const dimensionsSchema = z.array(dimensionSchema).min(1).max(5);

/** When a household counts as poor. Weights are whole numbers by indicator number; the cut-off is a fraction of `denominator`. */
const identificationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('any') }),
  z.strictObject({ kind: z.literal('atLeast'), dimensions: z.number().int().min(1).max(5) }),
  z.strictObject({ kind: z.literal('namedSet'), dimensions: dimensionsSchema }),
  z.strictObject({
    kind: z.literal('weighted'),
    denominator: z.number().int().min(1).max(1_000_000),
    weights: z.record(z.string().regex(/^([1-9]|[12]\d|3[01])$/), z.number().int().min(1).max(1_000_000)),
    cutoff: z.strictObject({ num: z.number().int().min(0), den: z.number().int().min(1).max(1_000_000) }),
  }),
]);
const answerPolicySchema = z.enum(['notFailed', 'failed']);

/**
 * A whole ruleset as data. Its dimensions are among the five of TPMAP, with indicators of its own choice: figures count persons by the
 * exact set of failed dimensions, and those five are what they count by.
 */
export const rulesetSchema = z.strictObject({
  id: rulesetIdSchema,
  version: z.number().int().min(1).max(999),
  title: z.strictObject({ th: textSchema, en: textSchema }),
  dataYears: z.strictObject({ from: roundSchema, to: roundSchema }),
  indicatorSet: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/),
  dimensions: z
    .array(
      z.strictObject({
        key: dimensionSchema,
        th: textSchema,
        en: textSchema,
        indicators: z.array(indicator).min(1).max(31),
        tpmapField: z.string().min(1).max(40).optional(),
      }),
    )
    .min(1)
    .max(5),
  identification: identificationSchema,
  unknown: answerPolicySchema,
  notApplicable: answerPolicySchema,
  target: z.strictObject({ kind: z.literal('poorAndWelfareVerified') }),
  flags: z.record(z.string().regex(/^[a-z][A-Za-z0-9]{1,39}$/), identificationSchema),
});
/** See {@link rulesetSchema}. */
export type PublishedRuleset = z.infer<typeof rulesetSchema>;
