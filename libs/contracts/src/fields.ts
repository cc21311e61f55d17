import { z } from 'zod';

/** A platform id: UUID in lower case. Never derived from anything that identifies a person. */
export const idSchema = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);

/** A calendar day at UTC+07:00, `yyyy-mm-dd`, C.E. */
export const daySchema = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** A B.E. data year such as 2561. */
export const roundSchema = z.number().int().min(2500).max(2700);

/** The key of a feed, e.g. `cdd-bmn`. */
export const sourceSchema = z.string().regex(/^[a-z][a-z0-9-]{1,39}$/);

/** Lower-case SHA-256, hexadecimal. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * Where a household lives, in the source's own code and in ours. `tambon` is a DOPA subdistrict (6 digits), `municipality`
 * a BMN/TPMAP municipal code (6 digits, last two ≥ 51): exactly one of them is set.
 */
export const areaRefSchema = z
  .strictObject({
    sourceCode: z.string().regex(/^\d{6,10}$/),
    village: z.string().regex(/^\d{10}$/),
    tambon: z
      .string()
      .regex(/^\d{6}$/)
      .nullable(),
    municipality: z
      .string()
      .regex(/^\d{6}$/)
      .nullable(),
    district: z.string().regex(/^\d{4}$/),
    province: z.string().regex(/^\d{2}$/),
    crosswalkVersion: z.string().min(1),
  })
  .refine((area) => (area.tambon === null) !== (area.municipality === null), {
    message: 'exactly one of tambon and municipality is set',
  });
/** Where a household lives; see {@link areaRefSchema}. */
export type AreaRef = z.infer<typeof areaRefSchema>;

/**
 * The answers to the 31 BMN indicators: position i−1 answers indicator i.
 * `p` pass · `f` fail · `n` not applicable · `u` unknown. Only `f` counts as failed.
 */
export const answersSchema = z.string().regex(/^[pfnu]{31}$/);

/** The five TPMAP dimensions in the order of the bits in its published file names. */
export const dimensionNames = ['health', 'living', 'education', 'income', 'access'] as const;
/** One of the five dimensions. */
export const dimensionSchema = z.enum(dimensionNames);
/** The name of a TPMAP dimension. */
export type DimensionName = (typeof dimensionNames)[number];

/** What an indicator's answer was measured against, where the form has a figure behind the answer. */
export const measuredSchema = z.strictObject({
  value: z.number(),
  threshold: z.number(),
  unit: z.string().min(1),
});
