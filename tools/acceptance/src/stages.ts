/** Times named stages of a run, in seconds. */
export class Stages {
  readonly seconds: Record<string, number> = {};

  constructor(private readonly onStage: (name: string) => void = () => undefined) {}

  /** Runs a stage and adds its time to the stage's name. */
  async run<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    this.onStage(name);
    const begun = performance.now();
    try {
      return await work();
    } finally {
      this.seconds[name] = Math.round((this.seconds[name] ?? 0) * 10 + (performance.now() - begun) / 100) / 10;
    }
  }
}
