import type { Sentence } from '@faemban/event-sourcing';
import type { Metrics, ServerStatus } from '@faemban/nest-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { questionOf, type Asking } from '../instances/asking';
import { joined, type Instances } from '../instances/instances';
import { serviceNames } from '../routes';
import { mergeStatuses, type MergedStatus, type ServiceLine } from './merged-status';

const bytesPerMebibyte = 1024 * 1024;
const statusQuery = z.strictObject({ vectors: z.enum(['true', 'false']).default('false') });

/** What the front door says of itself. */
export interface OwnState {
  readonly startedAt: string;
  isDraining: boolean;
}

interface Check {
  readonly name: string;
  readonly ready: boolean;
  readonly waitingFor?: Sentence;
  readonly note?: Sentence;
}

/** Health, metrics and status: how the front door itself stands, and what it knows of those behind it. */
export function ownRoutes(fastify: FastifyInstance, asking: Asking, metrics: Metrics, state: OwnState): void {
  const { instances } = asking;
  metrics.gauge(
    'faemban_front_door_instances',
    'Addresses of a service, one for each process, by whether they were ready when last asked.',
    ['service', 'ready'],
    (gauge) => {
      for (const { service, instances: all, ready } of linesOf(instances)) {
        gauge.set({ service, ready: 'true' }, ready);
        gauge.set({ service, ready: 'false' }, all - ready);
      }
    },
  );
  fastify.get('/health/live', () => ({ status: 'live' }));
  fastify.get('/health/ready', (_request, reply) => {
    const checks = checksOf(instances, state);
    const isReady = checks.every(({ ready }) => ready);
    return reply.status(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'waiting', checks });
  });
  fastify.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
  fastify.get('/status', (request) => statusOf(asking, request, state));
}

function checksOf(instances: Instances, state: OwnState): readonly Check[] {
  const own: Check = state.isDraining
    ? { name: 'server', ready: false, waitingFor: { th: 'ระบบกำลังปิด', en: 'The server is stopping.' } }
    : { name: 'server', ready: true };
  const services = linesOf(instances).map(({ service, ready, waitingFor }): Check => {
    if (ready === 0) {
      const why = joined(waitingFor);
      return {
        ...{ name: service, ready: false },
        waitingFor: { th: `รอบริการ ${service}: ${why.th}`, en: `Waiting for the service ${service}: ${why.en}` },
      };
    }
    return waitingFor.length === 0
      ? { name: service, ready: true }
      : { name: service, ready: true, note: joined(waitingFor) };
  });
  return [own, ...services];
}

function linesOf(instances: Instances): readonly ServiceLine[] {
  return serviceNames.map((service) => {
    const all = instances.of(service);
    return {
      service,
      instances: all.length,
      ready: all.filter(({ isReady }) => isReady).length,
      waitingFor: instances.troublesOf(service),
    };
  });
}

/** The status of all, also while some service is away: that is when it is looked at. */
async function statusOf(asking: Asking, request: FastifyRequest, state: OwnState): Promise<MergedStatus> {
  const { vectors } = statusQuery.parse(request.query);
  const question = questionOf(request, `/status?vectors=${vectors}`);
  const { instances } = asking;
  const all = serviceNames.flatMap((service) => instances.of(service)).filter(({ isReady }) => isReady);
  const answers = await Promise.all(
    // One that fails just now is not ready from now on, and is told as such.
    all.map((instance) => asking.one(instance, question).catch(() => undefined)),
  );
  const statuses = answers.flatMap((answer) =>
    answer?.status === 200 ? [{ service: answer.from.service, status: JSON.parse(answer.text) as ServerStatus }] : [],
  );
  return mergeStatuses(statuses, linesOf(instances), {
    startedAt: state.startedAt,
    draining: state.isDraining,
    residentMebibytes: Math.round(process.memoryUsage.rss() / bytesPerMebibyte),
  });
}
