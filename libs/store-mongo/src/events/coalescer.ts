/** What became of one of the things asked at once. */
export type Answer<Output> =
  { readonly ok: true; readonly value: Output } | { readonly ok: false; readonly error: Error };

interface Waiting<Input, Output> {
  readonly input: Input;
  resolve(value: Output): void;
  reject(error: unknown): void;
}

/** What inputs weigh, and how much is asked for at once. */
export interface Weight<Input> {
  of(input: Input): number;
  readonly max: number;
}

/**
 * Asks for many at once what callers ask for one by one: whatever comes while an asking is under way goes with the next one. So one
 * write to the journal serves all who wait for it.
 */
export class Coalescer<Input, Output> {
  private waiting: Waiting<Input, Output>[] = [];
  private isRunning = false;

  constructor(
    private readonly askMany: (inputs: readonly Input[]) => Promise<readonly Answer<Output>[]>,
    private readonly inputsMax: number,
    private readonly weight: Weight<Input> = { of: () => 0, max: Infinity },
  ) {}

  ask(input: Input): Promise<Output> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ input, resolve, reject });
      if (!this.isRunning) void this.run();
    });
  }

  /** How many of those who wait go together: at least one. */
  private countOfNext(): number {
    let weight = 0;
    const limit = Math.min(this.waiting.length, this.inputsMax);
    for (let count = 0; count < limit; count += 1) {
      weight += this.weight.of((this.waiting[count] as Waiting<Input, Output>).input);
      if (weight > this.weight.max && count > 0) return count;
    }
    return limit;
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    // Everyone who asks in this turn of the event loop is in.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.countOfNext());
      try {
        const answers = await this.askMany(batch.map(({ input }) => input));
        for (const [index, { resolve, reject }] of batch.entries()) {
          const answer = answers[index];
          if (answer === undefined) reject(new Error('an answer is missing'));
          else if (answer.ok) resolve(answer.value);
          else reject(answer.error);
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.isRunning = false;
  }
}
