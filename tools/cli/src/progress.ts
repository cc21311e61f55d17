import { Presets, SingleBar } from 'cli-progress';
import type { ImportStatus } from './client';

/** Shows how far something is, on standard error; silent when nobody looks (no terminal, or `--json`). */
export class Progress {
  private bar: SingleBar | undefined;
  private stage = '';

  constructor(private readonly visible: boolean) {}

  /** Whether somebody sees it. */
  get isVisible(): boolean {
    return this.visible;
  }

  /** `done` of `total` in `unit`; a new stage begins a new bar. */
  show(stage: string, done: number, total: number, unit: string): void {
    if (!this.visible || total <= 0) return;
    if (stage !== this.stage) {
      this.close();
      this.stage = stage;
      this.bar = new SingleBar(
        {
          format: `${stage.padEnd(12)} {bar} {percentage}% · {value}/{total} ${unit} · {eta_formatted}`,
          stream: process.stderr,
          hideCursor: true,
        },
        Presets.shades_classic,
      );
      this.bar.start(total, done);
    } else {
      this.bar?.setTotal(total);
      this.bar?.update(done);
    }
  }

  /** The progress of an import as the server tells it. */
  ofImport({ progress }: ImportStatus): void {
    if (progress) this.show(progress.stage, progress.done, progress.total, progress.unit);
  }

  close(): void {
    this.bar?.stop();
    this.bar = undefined;
    this.stage = '';
  }
}
