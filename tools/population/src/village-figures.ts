/** What is published about the poor households of one village that fail exactly one set of dimensions. */
export type PoorCell = {
  /** The dimensions failed, exactly these: a mask of five bits, health highest. */
  dimensions: number;
  households: number;
  persons: number;
  registered: number;
  /** Target persons: verified members of these households. */
  verified: number;
  /** Target persons whose household fails indicator n, at place n − 1; 31 of them. */
  failing: readonly number[];
};

/** Everything published about one village, with the unions already inverted. */
export type VillageFigures = {
  /** TPMAP's code of ten digits. */
  villageId: string;
  households: number;
  members: number;
  registered: number;
  verified: number;
  elderly: number;
  disabled: number;
  chronic: number;
  /** Whole numbers from 0 to 10 whose mean over `count` households is the published one. */
  happiness: { sum: number; count: number };
  /** Members of households where indicator n applies, at place n − 1. */
  applicable: readonly number[];
  /** Members of households that fail indicator n, at place n − 1; undefined where any number will do. */
  failing: readonly (number | undefined)[];
  /** The sets of dimensions that have households; the households that fail nothing are the rest. */
  cells: readonly PoorCell[];
};
