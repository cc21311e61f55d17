import { describeFailure } from '@faemban/event-sourcing';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Metrics } from '../operations/metrics';
import { HealthRegistry } from '../operations/health';
import { PLATFORM, type Platform } from '../platform';
import { Sealer } from './sealer';

/** How often logs are sealed. */
export interface SealPlan {
  /** Seconds after which unsealed events are sealed, however few; 0 never seals by itself. */
  readonly everySeconds: number;
  /** So many unsealed events are sealed at the next look, without waiting. */
  readonly eventsMax: number;
}
/** Five minutes, or ten thousand events. */
export const sealPlanDefault: SealPlan = { everySeconds: 300, eventsMax: 10_000 };
/** Injection token of the {@link SealPlan}. */
export const SEAL_PLAN = Symbol('SEAL_PLAN');

const lookEveryMs = 15_000;

/** Seals every context by the plan, and counts what is not sealed yet. */
@Injectable()
export class Seals implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly sealer: Sealer;
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private readonly sealedAtMs = new Map<string, number>();
  private fault: string | undefined;
  private publishedKeyId: string | undefined;
  private isEnding = false;

  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    @Inject(SEAL_PLAN) private readonly plan: SealPlan,
    @Inject(Metrics) metrics: Metrics,
    @Inject(HealthRegistry) health: HealthRegistry,
  ) {
    this.sealer = new Sealer(platform);
    metrics.gauge('faemban_unsealed_events', 'Recorded events no seal covers yet.', ['context'], async (gauge) => {
      for (const context of platform.contexts) gauge.set({ context }, await this.sealer.unsealed(context));
    });
    health.add('seals', () =>
      this.fault === undefined
        ? { ready: true }
        : { ready: true, waitingFor: { th: `ประทับตราไม่สำเร็จ: ${this.fault}`, en: `Sealing failed: ${this.fault}` } },
    );
  }

  onApplicationBootstrap(): void {
    this.publishKeys();
    if (this.plan.everySeconds === 0) return;
    const begunMs = this.platform.clock();
    for (const context of this.platform.contexts) this.sealedAtMs.set(context, begunMs);
    this.timer = setInterval(() => {
      this.looking = this.looking.then(() => this.look());
    }, lookEveryMs).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isEnding = true;
    clearInterval(this.timer);
    await this.looking;
  }

  /** Makes keys known where seals are kept, unless the last one already is. */
  private publishKeys(): void {
    const { keyId } = this.platform.signer.key;
    if (keyId === this.publishedKeyId) return;
    this.platform.publishKeys?.();
    this.publishedKeyId = keyId;
  }

  private async look(): Promise<void> {
    if (this.platform.isInCharge?.() === false) return;
    try {
      // Another process, or whoever keeps the secret, may have made a new one.
      this.publishKeys();
      for (const context of this.platform.contexts) {
        if (this.isEnding) return;
        const unsealed = await this.sealer.unsealed(context);
        const ageMs = this.platform.clock() - (this.sealedAtMs.get(context) ?? 0);
        const isDue = unsealed >= this.plan.eventsMax || ageMs >= this.plan.everySeconds * 1000;
        if (unsealed === 0 || !isDue) continue;
        await this.sealer.seal(context);
        this.sealedAtMs.set(context, this.platform.clock());
      }
      this.fault = undefined;
    } catch (error) {
      // The next look tries again; meanwhile health says so, and the metric grows.
      this.fault = describeFailure(error);
    }
  }
}
