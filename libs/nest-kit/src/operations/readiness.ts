import type { Runners } from '../runners/runners';
import type { Health, HealthRegistry } from './health';
import type { ServerState } from './server-state';

/**
 * What every server waits for: its views and policies to have caught up once since the start, none of them stopped by a fault, and
 * not being on the way out. Lag that builds up later is a metric, not a reason to stop serving.
 */
export function addServerReadiness(health: HealthRegistry, runners: Runners, state: ServerState): void {
  const caughtUp = new Set<string>();
  health.add('server', () =>
    state.isDraining
      ? { ready: false, waitingFor: { th: 'ระบบกำลังปิด', en: 'The server is stopping.' } }
      : { ready: true },
  );
  health.add('views', () => {
    for (const { name, state: now } of runners.statuses()) if (now === 'live') caughtUp.add(name);
    return viewsHealth(runners, caughtUp);
  });
  health.add('parked', () => parkedHealth(runners));
}

/** What is parked keeps nobody from being served: one household is behind, and every answer it is missing from says so. */
function parkedHealth(runners: Runners): Health {
  const parking = runners.statuses().filter(({ parkedTotal }) => parkedTotal > 0);
  if (parking.length === 0) return { ready: true };
  const total = parking.reduce((sum, { parkedTotal }) => sum + parkedTotal, 0);
  const oldest = parking.map(({ parkedOldestAt }) => parkedOldestAt ?? '').sort()[0];
  const names = parking.map(({ name, parkedTotal }) => `${name} (${parkedTotal})`).join(', ');
  return {
    ready: true,
    note: {
      th: `มีเหตุการณ์ที่พักไว้ ${total} รายการ เก่าสุด ${oldest}: ${names} ดูสาเหตุที่ /parked`,
      en: `${total} events are parked, the oldest since ${oldest}: ${names}. See /parked for the causes.`,
    },
  };
}

function viewsHealth(runners: Runners, caughtUp: ReadonlySet<string>): Health {
  const statuses = runners.statuses();
  const faulted = statuses.filter(({ state }) => state === 'faulted').map(({ name }) => name);
  if (faulted.length > 0) {
    const names = faulted.join(', ');
    return {
      ready: false,
      waitingFor: {
        th: `หยุดเพราะขัดข้อง: ${names} ดูสาเหตุที่ /status`,
        en: `Stopped by a fault: ${names}. See /status for the cause.`,
      },
    };
  }
  if (!runners.isStarted) {
    return { ready: false, waitingFor: { th: 'ข้อมูลสรุปกำลังเริ่มทำงาน', en: 'Views and policies are starting.' } };
  }
  const behind = statuses.filter(({ name }) => !caughtUp.has(name));
  if (behind.length === 0) return { ready: true };
  const names = behind.map(({ name }) => name).join(', ');
  const lag = behind.reduce((sum, { lagEvents }) => sum + lagEvents, 0);
  return {
    ready: false,
    waitingFor: {
      th: `กำลังตามเหตุการณ์ให้ทัน ค้าง ${lag} รายการ: ${names}`,
      en: `Catching up, ${lag} events to go: ${names}.`,
    },
  };
}
