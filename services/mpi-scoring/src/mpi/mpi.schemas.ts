import type { Fraction } from '@faemban/reference-data';
import { isIsoDay } from '@faemban/thai';
import { z } from 'zod';
import { parseFraction } from '../method/alkire-foster/fraction';
import type { AfIdentification } from '../method/alkire-foster/specification';
import type { MpiChange } from './mpi-specification';

/** Cut-offs asked for at once. */
export const cutoffsAskedMax = 10;

const levels = ['village', 'tambon', 'municipality', 'district', 'province'] as const;
const day = z.string().refine(isIsoDay, 'ต้องเป็นวันที่ yyyy-mm-dd (ค.ศ.) · a day, yyyy-mm-dd');
const roundText = z.string().regex(/^2[56]\d\d$/, 'ปีข้อมูล พ.ศ. สี่หลัก · a B.E. data year of four digits');
const round = z.union([roundText.transform(Number), z.literal('current')]);
const rulesetId = z.string().regex(/^[a-z][a-z0-9-]{1,39}$/);
const key = z.string().regex(/^[a-zA-Z][a-zA-Z0-9-]{0,39}$/);

/** An exact fraction, 0 to 1. */
const fraction = z
  .string()
  .max(24)
  .transform((text, context): Fraction => {
    const found = parseFraction(text);
    if (found && found.num <= found.den) return found;
    context.addIssue({
      code: 'custom',
      message: 'เศษส่วน 0–1 เช่น 1/3 0.26 26% · a fraction from 0 to 1 such as 1/3, 0.26, 26%',
    });
    return z.NEVER;
  });

const list = z
  .string()
  .max(240)
  .transform((text) => text.split(','))
  .pipe(z.array(fraction).min(1).max(cutoffsAskedMax));

/** `health:1/2,living:1/4`: weights of dimensions by key. */
const weightsText = z
  .string()
  .max(400)
  .transform((text) => text.split(',').map((pair) => pair.split(':')))
  .pipe(
    z
      .array(z.tuple([key, fraction]))
      .min(1)
      .max(16),
  )
  .transform((pairs, context) => {
    if (new Set(pairs.map(([name]) => name)).size === pairs.length) return Object.fromEntries(pairs);
    context.addIssue({ code: 'custom', message: 'มิติซ้ำ · a dimension is named twice' });
    return z.NEVER;
  });

const where = {
  level: z.enum(levels),
  under: z.string().regex(/^(\d\d){1,5}$/, 'รหัสพื้นที่ 2 4 6 8 หรือ 10 หลัก · an area code of 2, 4, 6, 8 or 10 digits'),
  ruleset: rulesetId.optional(),
  unit: z.enum(['persons', 'households']).default('persons'),
};
const policies = {
  missing: z.enum(['listwise', 'notDeprived', 'reweight']).optional(),
  notApplicable: z.enum(['notDeprived', 'reweight']).optional(),
};

/** `GET /mpi/figures`. */
export const figuresQuery = z.object({
  ...where,
  ...policies,
  round,
  asOf: day.optional(),
  k: list.optional(),
  weights: weightsText.optional(),
  gaps: z.enum(['true', 'false']).default('false'),
  detail: z.enum(['areas', 'indicators']).default('areas'),
});

/** `GET /mpi/robustness`. */
export const robustnessQuery = z.object({
  ...where,
  ...policies,
  round,
  asOf: day.optional(),
  k: fraction.optional(),
  weights: weightsText.optional(),
});

/** `GET /mpi/changes`: two rounds, or two days of one series. */
export const changesQuery = z.object({
  ...where,
  ...policies,
  from: roundText.transform(Number).optional(),
  to: roundText.transform(Number).optional(),
  asOf: day.optional(),
  round: round.optional(),
  fromDay: day.optional(),
  toDay: day.optional(),
  k: fraction.optional(),
  weights: weightsText.optional(),
});

const identification = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('any') }),
  z.strictObject({ kind: z.literal('atLeast'), dimensions: z.number().int().min(1).max(16) }),
  z.strictObject({ kind: z.literal('namedSet'), dimensions: z.array(key).min(1).max(16) }),
  z.strictObject({ kind: z.literal('weighted'), k: fraction }),
]);
const indicator = z.number().int().min(1).max(31);

/** The body of `POST /mpi/what-if`. */
export const whatIfBody = z.strictObject({
  ...where,
  round: z.union([z.number().int().min(2500).max(2699), z.literal('current')]),
  asOf: day.optional(),
  change: z
    .strictObject({
      ...policies,
      dimensions: z
        .array(
          z.strictObject({
            key,
            weight: fraction.optional(),
            indicators: z
              .array(z.strictObject({ number: indicator, share: fraction.optional() }))
              .min(1)
              .max(31),
          }),
        )
        .min(1)
        .max(16)
        .optional(),
      weights: z.record(key, fraction).optional(),
      k: fraction.optional(),
      identification: identification.optional(),
      thresholds: z
        .array(z.strictObject({ indicator, min: z.number().positive().max(100_000_000) }))
        .max(8)
        .optional(),
    })
    .refine((change) => !(change.k && change.identification), {
      message: 'ส่ง k หรือ identification อย่างใดอย่างหนึ่ง · either k or identification, not both',
    })
    .refine((change) => Object.keys(change).length > 0, { message: 'ไม่มีสิ่งที่เปลี่ยน · nothing is changed' }),
});

/** What is asked otherwise than the ruleset has it. */
export function changeOf(asked: {
  readonly weights?: Readonly<Record<string, Fraction>> | undefined;
  readonly missing?: MpiChange['missing'];
  readonly notApplicable?: MpiChange['notApplicable'];
  readonly k?: Fraction | undefined;
  readonly identification?: AfIdentification | undefined;
  readonly dimensions?: MpiChange['dimensions'];
  readonly thresholds?: MpiChange['thresholds'];
  readonly gaps?: boolean;
}): MpiChange {
  const { weights, missing, notApplicable, k, identification: rule, dimensions, thresholds, gaps } = asked;
  return { weights, missing, notApplicable, k, identification: rule, dimensions, thresholds, gaps };
}
