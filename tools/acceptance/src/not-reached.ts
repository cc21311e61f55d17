/**
 * What the generated population is known not to reach in the best-effort columns, in persons summed over all cells of `common` at the
 * three levels, by what was accepted. A run that reaches less fails; one that reaches more should lower the number here.
 */
export const notReachedMax: Readonly<Record<string, number>> = {};
