/**
 * What the generated population is known to miss in the best-effort columns, in persons summed over all cells of `common` at the three
 * levels, by province; a district of it is held to the same number. A run that misses more fails.
 */
export const notReachedMax: Readonly<Record<string, number>> = { '84': 0 };
