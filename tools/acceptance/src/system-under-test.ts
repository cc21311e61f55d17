/** A running system as acceptance uses it, whatever its profile. */
export interface SystemUnderTest {
  /** Where the whole system answers. */
  readonly url: string;
  /** Moves its clock on. */
  shiftClock(byMs: number): Promise<void>;
  /** Waits until every view and policy has applied everything recorded, and what that caused. */
  settled(): Promise<void>;
  /** Peak resident memory in MiB (of the largest process) and processor seconds so far (of all), by the operating system's own count. */
  measure(): Promise<{ peakRssMb: number; cpuSeconds: number }>;
}
