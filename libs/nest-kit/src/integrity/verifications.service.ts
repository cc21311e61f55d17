import type { Verification } from '@faemban/event-sourcing';
import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '../http/problem';
import { Metrics } from '../operations/metrics';
import { PLATFORM, type Platform } from '../platform';

/** The last verification of this process. */
export interface LastVerification extends Verification {
  readonly finishedAt: string;
}

/** Verifies everything recorded, one run at a time: whoever asks while one is under way is answered by it. */
@Injectable()
export class Verifications {
  last: LastVerification | undefined;
  private underWay: Promise<Verification> | undefined;

  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    @Inject(Metrics) metrics: Metrics,
  ) {
    metrics.gauge(
      'faemban_integrity_last_verified_timestamp_seconds',
      'When everything recorded was last verified; absent before the first time since the start.',
      ['verdict'],
      (gauge) => {
        const { last } = this;
        if (last !== undefined) gauge.set({ verdict: last.verdict }, Date.parse(last.finishedAt) / 1000);
      },
    );
  }

  /** @throws Problem where this server cannot verify by itself */
  run(): Promise<Verification> {
    if (this.platform.verifyLog === undefined) throw verifiedElsewhere();
    this.underWay ??= this.platform
      .verifyLog()
      .then((found) => {
        this.last = { ...found, finishedAt: new Date(this.platform.clock()).toISOString() };
        return found;
      })
      .finally(() => (this.underWay = undefined));
    return this.underWay;
  }
}

const verifiedElsewhere = (): Problem =>
  new Problem(404, 'verified-elsewhere', {
    th: 'เซิร์ฟเวอร์นี้ตรวจเองไม่ได้ ให้ใช้ faemban verify --data กับโฟลเดอร์ข้อมูล',
    en: 'This server does not verify by itself. Use faemban verify --data on its folder.',
  });
