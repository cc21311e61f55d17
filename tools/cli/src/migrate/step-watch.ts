import type { Progress } from '../progress';
import { stepNames, type MigrationWatch, type StepName } from './order';

/** How often a line is written where nobody looks at a bar, in milliseconds. */
const lineEveryMs = 10_000;

const titles: Readonly<Record<StepName, string>> = {
  check: 'ตรวจโฟลเดอร์เดิมทุกเหตุการณ์ และฐานข้อมูลปลายทาง · check the folder, every event of it, and the databases',
  events: 'คัดลอกเหตุการณ์ · copy the events',
  state: 'คัดลอกตรา สถานะนโยบาย และบันทึก · copy seals, policies and records',
  files: 'คัดลอกไฟล์และกุญแจของบริการ · copy private files and keys',
  verify: 'อ่านกลับทั้งหมดและเปรียบเทียบ · read everything back and compare',
  switch: 'เปลี่ยนไปใช้ฐานข้อมูล · switch over',
};

/** Tells of a migration: its steps as lines, and how far each is as a bar or, where nobody looks at one, a line every ten seconds. */
export class StepWatch implements MigrationWatch {
  private what = '';
  private begunMs = 0;
  private begunAt = 0;
  private lineMs = 0;
  private title = '';

  constructor(
    private readonly bar: Progress,
    private readonly hasBar: boolean,
    private readonly write: (line: string) => void,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  step(name: StepName): void {
    this.bar.close();
    this.what = '';
    this.title = name;
    this.write(`${stepNames.indexOf(name) + 1}/${stepNames.length} ${titles[name]}`);
  }

  progress(what: string, done: number, total: number, unit: string): void {
    this.bar.show(`${this.title} ${what}`, done, total, unit);
    if (this.hasBar || total <= 0) return;
    const now = this.nowMs();
    if (what !== this.what) [this.what, this.begunMs, this.begunAt, this.lineMs] = [what, now, done, now];
    const isEnd = done >= total;
    if (now - this.lineMs < lineEveryMs && !isEnd) return;
    this.lineMs = now;
    this.write(`  ${what}: ${progressText(done, total, unit, (now - this.begunMs) / 1000, done - this.begunAt)}`);
  }

  beforeWrite(): void {
    // Nobody is asked: only tests stop a migration here.
  }

  close(): void {
    this.bar.close();
  }
}

/** How far something is, how fast it goes and how long it still takes, e.g. `2,000/8,000 events · 500/s · 12 s left`. */
export function progressText(done: number, total: number, unit: string, seconds: number, doneNow: number): string {
  const number = (value: number): string => value.toLocaleString('en-US');
  const rate = doneNow / Math.max(seconds, 0.001);
  const left = done >= total || rate === 0 ? '' : ` · ${number(Math.ceil((total - done) / rate))} s left`;
  const speed = doneNow > 0 && seconds > 0 ? ` · ${number(Math.round(rate))}/s` : '';
  return `${number(done)}/${number(total)} ${unit}${speed}${left}`;
}
