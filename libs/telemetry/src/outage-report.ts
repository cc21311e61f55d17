import type { Said } from './start-telemetry';

/** Says once that traces are lost, and once that they are taken again; of each piece of advice on settings, once. */
export class OutageReport {
  private isOut = false;
  private readonly advice = new Set<string>();

  constructor(private readonly say: (said: Said) => void) {}

  /** The collector did not take traces. */
  lost(error: unknown): void {
    if (this.isOut) return;
    this.isOut = true;
    const message =
      'The collector of traces does not take them. They are dropped until it does; nothing else waits for it.';
    this.say({ level: 'warn', message, ...(error === undefined ? {} : { error }) });
  }

  /** The collector took traces. */
  taken(): void {
    if (!this.isOut) return;
    this.isOut = false;
    this.say({ level: 'info', message: 'The collector takes traces again.' });
  }

  /** A setting is not as the SDK can use it. */
  misconfigured(message: string): void {
    // How many spans were dropped, and the like, is no other piece of advice.
    const form = message.replace(/\d+/g, '#');
    if (this.isOut || this.advice.has(form) || this.advice.size >= adviceMax) return;
    this.advice.add(form);
    this.say({ level: 'warn', message });
  }
}

/** Different pieces of advice that are said, at most. */
const adviceMax = 20;
