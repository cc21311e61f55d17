import 'reflect-metadata';
import { identityVerificationProcess } from '@faemban/identity-verification';
import { ingestionProcess } from '@faemban/ingestion';
import { mpiScoringProcess } from '@faemban/mpi-scoring';
import { reportingProcess } from '@faemban/reporting';
import { exitCodeOf, logWarnings } from '@faemban/nest-kit';
import { startService, type RunningService, type ServiceDefinition } from '@faemban/service-process';

/**
 * One service in a process of its own, as its `main` runs it, with a clock that can be moved: `node service-process.js <context>
 * <milliseconds its clock is ahead>`. It ends with whoever forked it. Told `{ shiftMs }` it moves its clock and answers; SIGTERM stops it
 * in order.
 */
export type Order = { readonly shiftMs: number } | { readonly measure: true };

/** What it answers to an order, or says by itself: `serving`. */
export interface Answer {
  readonly serving?: string;
  readonly shifted?: true;
  readonly peakRssMb?: number;
  readonly cpuSeconds?: number;
}

const definitions: Readonly<Record<string, ServiceDefinition>> = {
  ingestion: ingestionProcess,
  'identity-verification': identityVerificationProcess,
  'mpi-scoring': mpiScoringProcess,
  reporting: reportingProcess,
};

const [, , context = '', ahead = '0'] = process.argv;
let offsetMs = Number(ahead);
const clock = (): number => Date.now() + offsetMs;
let service: RunningService | undefined;

async function work(): Promise<void> {
  const definition = definitions[context];
  if (definition === undefined) throw new Error(`There is no service ${context}.`);
  // Where the clock is moved, the database's own cannot be compared with it.
  const moved = offsetMs === 0 ? {} : { serverTime: async () => clock() };
  service = await startService(definition, process.env, { clock, ...moved });
  logWarnings(service.log);
  await service.serving;
  tell({ serving: service.url });
}

function obey(order: Order): Answer {
  if ('shiftMs' in order) {
    offsetMs += order.shiftMs;
    return { shifted: true };
  }
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return { peakRssMb: Math.round(maxRSS / 1024), cpuSeconds: Math.round((userCPUTime + systemCPUTime) / 1e5) / 10 };
}

const tell = (answer: Answer): void => void process.send?.(answer);

process.on('message', (order: Order) => tell(obey(order)));
process.on('SIGTERM', () => {
  void (async () => {
    const stopped = await service?.stop();
    process.exit(stopped === undefined ? 0 : exitCodeOf(stopped));
  })();
});
work().catch((error: unknown) => {
  process.stderr.write(`${context}: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
