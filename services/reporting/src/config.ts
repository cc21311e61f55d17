import { z } from 'zod';

const day = z.iso.date();

/** A round's figures as they leave the area scope: fixed once, on days that are over, and never changed. */
export const releaseSchema = z.strictObject({
  round: z.number().int().min(2500).max(2700),
  /** Id of the ruleset. */
  ruleset: z.string().min(1),
  asOf: day,
  asKnownAt: day,
});

/** Reporting has one thing to set: which releases are fixed for readers outside the area scope. Without any, they get no figures. */
export const reportingConfigSchema = z.strictObject({
  releases: z
    .array(releaseSchema)
    .refine((releases) => new Set(releases.map(({ round }) => round)).size === releases.length, {
      message: 'a round has at most one release',
    })
    .default([]),
});

export type FixedRelease = z.infer<typeof releaseSchema>;
export type ReportingConfig = z.infer<typeof reportingConfigSchema>;
