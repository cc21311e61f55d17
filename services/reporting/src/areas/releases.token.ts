import type { FixedRelease } from '../config';

/** Injects the releases fixed for readers outside the area scope. */
export const RELEASES = Symbol('RELEASES');
export type Releases = readonly FixedRelease[];
