export { measured, quantile, repeat, type Measured } from './measure';
export type { BenchResult } from './result';
