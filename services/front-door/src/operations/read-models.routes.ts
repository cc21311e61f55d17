import { Problem, type ParkedList, type ServerStatus } from '@faemban/nest-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Forwarding } from '../forwarding/forward';
import { codeOf, handOn, questionOf, readingOf, Refused, type Answer, type Asking } from '../instances/asking';
import { listAllParked, parkedPageQuery } from './merged-parked';
import { bodyTextOf } from './request-body';

/** Refusals that say no more than that somebody else has it. */
const viewElsewhere = (code: string): boolean => code === 'view-unknown' || code === 'not-in-charge';
const jobElsewhere = (code: string): boolean => code === 'rebuild-unknown' || code === 'replay-unknown';

interface Job {
  readonly rebuildId?: string;
  readonly replayId?: string;
  readonly startedAt: string;
}
interface OneJob {
  readonly Params: { readonly id: string };
}

/** Rebuilds, certificates and what is parked: whoever has the view, or knows the job, is asked; lists are joined. */
export function readModelRoutes(fastify: FastifyInstance, asking: Asking, forwarding: Forwarding): void {
  fastify.get('/parked', (request) => allParked(asking, request));
  fastify.get('/certificates/:view', async (request, reply) =>
    handOn(await knowing(asking, request, await asking.whoever(questionOf(request), viewElsewhere)), reply),
  );
  for (const jobs of ['/rebuilds', '/parked/replays']) {
    fastify.get(jobs, (request) => allJobs(asking, request));
    fastify.post(jobs, async (request, reply) => {
      const question = questionOf(request, jobs, await bodyTextOf(request));
      return handOn(await knowing(asking, request, await asking.whoever(question, viewElsewhere)), reply);
    });
    fastify.get<OneJob>(`${jobs}/:id`, async (request, reply) =>
      handOn(await asking.whoever(questionOf(request), jobElsewhere), reply),
    );
    const toWhoeverHasIt = async (request: FastifyRequest<OneJob>, reply: FastifyReply): Promise<FastifyReply> => {
      const path = `${jobs}/${encodeURIComponent(request.params.id)}`;
      const found = await asking.whoever(readingOf(request, path), jobElsewhere);
      return found.status === 200
        ? forwarding.send(request, reply, found.from.service, found.from)
        : handOn(found, reply);
    };
    fastify.all<OneJob>(`${jobs}/:id/*`, toWhoeverHasIt);
  }
}

async function allParked(asking: Asking, request: FastifyRequest): Promise<ParkedList> {
  const page = parkedPageQuery.parse(request.query);
  const list = await listAllParked(async (service, { after, limit }) => {
    const query = new URLSearchParams(request.query as Record<string, string>);
    query.set('limit', String(limit));
    if (after === undefined) query.delete('after');
    else query.set('after', after);
    const answer = await asking.service(service, questionOf(request, `/parked?${query.toString()}`));
    if (answer.status === 200) return JSON.parse(answer.text) as ParkedList;
    if (codeOf(answer) === 'view-unknown') return undefined;
    throw new Refused(answer);
  }, page);
  if (list === undefined) throw await viewUnknown(asking, request);
  return list;
}

/** The jobs of all instances, each once, the latest first. */
async function allJobs(asking: Asking, request: FastifyRequest): Promise<{ items: readonly Job[] }> {
  const answers = await asking.everyInstance<{ items: readonly Job[] }>(questionOf(request));
  const jobs = new Map(
    answers.flatMap(({ body }) => body.items).map((job) => [job.rebuildId ?? job.replayId ?? '', job]),
  );
  return { items: [...jobs.values()].sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1)) };
}

/** The answer, unless it is that nobody knows the view: then one that names the views of all. */
async function knowing(asking: Asking, request: FastifyRequest, answer: Answer): Promise<Answer> {
  if (codeOf(answer) === 'view-unknown') throw await viewUnknown(asking, request);
  return answer;
}

async function viewUnknown(asking: Asking, request: FastifyRequest): Promise<Problem> {
  const statuses = await asking.everyService<ServerStatus>(readingOf(request, '/status'));
  const known = statuses.flatMap(({ body }) => body.runners.map(({ name }) => name)).join(', ');
  return new Problem(404, 'view-unknown', {
    th: `ไม่มีข้อมูลสรุปหรือนโยบายชื่อนี้ ที่มีคือ ${known}`,
    en: `There is no view or policy of this name. There are: ${known}.`,
  });
}
