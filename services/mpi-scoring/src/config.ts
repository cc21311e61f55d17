import { z } from 'zod';

/** Scoring has nothing to set: rulesets are published as events, everything else comes from the platform. */
export const mpiScoringConfigSchema = z.strictObject({});

export type MpiScoringConfig = z.infer<typeof mpiScoringConfigSchema>;
