import { householdSurveyed } from '@faemban/contracts';

/** The event that the benchmarks record: a survey of a household with two members, about 900 bytes of JSON. */
export const payload = householdSurveyed.examples[0];
/** Bytes of the payload as stored. */
export const payloadBytes = Buffer.byteLength(JSON.stringify(payload));
