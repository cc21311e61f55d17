import type { Sentence } from '@faemban/event-sourcing';

/** How one part stands: ready, or waiting for something that can be said in words. `note` is what to know of it although it is ready. */
export interface Health {
  readonly ready: boolean;
  readonly waitingFor?: Sentence;
  readonly note?: Sentence;
}

/** One part's answer to "are you ready"; asked at every `/health/ready`, so it must be quick. */
export type HealthCheck = () => Health | Promise<Health>;

/** What the server must have before it is ready to serve. Inject it and `add` what your part waits for. */
export class HealthRegistry {
  private readonly checks = new Map<string, HealthCheck>();

  /** Adds or replaces the check of one part. */
  add(name: string, check: HealthCheck): void {
    this.checks.set(name, check);
  }

  /** Asks every part. A check that throws counts as not ready, and says so. */
  async readiness(): Promise<{ ready: boolean; checks: readonly ({ name: string } & Health)[] }> {
    const checks = await Promise.all(
      [...this.checks].map(async ([name, check]) => ({ name, ...(await asked(check)) })),
    );
    return { ready: checks.every(({ ready }) => ready), checks };
  }
}

async function asked(check: HealthCheck): Promise<Health> {
  try {
    return await check();
  } catch (error) {
    const kind = error instanceof Error ? error.name : 'Error';
    return {
      ready: false,
      waitingFor: {
        th: `ตรวจสอบไม่สำเร็จ (${kind}) ดูรายละเอียดในบันทึกของระบบ`,
        en: `The check itself failed (${kind}); the log has more.`,
      },
    };
  }
}
