import { setFlagsFromString } from 'node:v8';

/** How much more than what is alive the heap may hold before it is collected in full. */
const growthPercent = 50;

/**
 * Keeps the process small on a machine with much memory: V8 sizes the heap by what the machine has, up to four times what is alive,
 * and a province's import would then hold over a gigabyte of garbage. Costs a little more collecting. Call before anything else.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
}
