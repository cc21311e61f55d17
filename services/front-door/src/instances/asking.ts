import { Problem, problemContentType, serviceTokenHeader } from '@faemban/nest-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { serviceNames, type ServiceName } from '../routes';
import type { Instance, Instances } from './instances';
import { isUnsentBy } from './unsent';

/** How long a service may take to answer what the front door asks it, in milliseconds; verifying everything takes longest. */
const askMsMax = 290_000;
/** Headers of a caller that go along when services are asked in his name. */
const headersAlong = ['faemban-operator', 'faemban-channel', 'idempotency-key', 'traceparent'] as const;

/** What is asked of services: a path with its query, and JSON text for a POST. */
export interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What an instance said, read from JSON. */
export interface Said<Body> {
  readonly service: ServiceName;
  readonly body: Body;
}

/** What one instance answered. */
export interface Answer {
  readonly from: Instance;
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const problemShape = z.looseObject({ code: z.string() });

/** The stable code of a refusal; undefined where the answer is none. */
export function codeOf({ status, text }: Answer): string | undefined {
  if (status < 400) return undefined;
  const parsed = problemShape.safeParse(jsonOf(text));
  return parsed.success ? parsed.data.code : 'unknown';
}

/** Asks services for what the front door puts together itself. Forwarding is another matter, and streams. */
export class Asking {
  constructor(
    readonly instances: Instances,
    private readonly token: string,
  ) {}

  /** Asks one instance. @throws Problem 502 where it does not answer */
  async one(from: Instance, { method, path, headers, body }: Question): Promise<Answer> {
    try {
      const response = await fetch(from.url + path, {
        method,
        headers: { ...headers, [serviceTokenHeader]: this.token },
        redirect: 'error',
        signal: AbortSignal.timeout(askMsMax),
        ...(body === undefined ? {} : { body }),
      });
      const type = response.headers.get('content-type') ?? '';
      return { from, status: response.status, type, text: await response.text() };
    } catch (cause) {
      this.instances.failed(from.url);
      throw noAnswer(from.service, { cause });
    }
  }

  /**
   * Asks a ready instance of a service. What only reads is asked of the others where it does not answer, anything else where it cannot have
   * been taken.
   * @throws Problem 502, 503
   */
  async service(service: ServiceName, question: Question): Promise<Answer> {
    const tried = new Set<string>();
    for (let failure: Error | undefined; ;) {
      const instance = this.instances.find(service, tried);
      if (instance === undefined) throw failure ?? this.instances.notReady(service);
      tried.add(instance.url);
      try {
        return await this.one(instance, question);
      } catch (error) {
        if (!mayBeAskedElsewhere(question, error)) throw error;
        failure = isUnsentBy(error) ? undefined : (error as Error);
      }
    }
  }

  /** The same of every service, each answering 200. @throws Problem of the first that does not */
  async everyService<Body>(question: Question): Promise<readonly Said<Body>[]> {
    return Promise.all(serviceNames.map(async (service) => said<Body>(await this.service(service, question))));
  }

  /**
   * The same of every instance that is ready, one of each service at least. One that goes away meanwhile is passed over where another of
   * its service answered.
   * @throws Problem 502, 503, and of the first that refuses
   */
  async everyInstance<Body>(question: Question): Promise<readonly Said<Body>[]> {
    const perService = await Promise.all(
      serviceNames.map(async (service) => {
        const ready = this.instances.of(service).filter(({ isReady }) => isReady);
        if (ready.length === 0) throw this.instances.notReady(service);
        const answers = await Promise.allSettled(ready.map((instance) => this.one(instance, question)));
        const given = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
        if (given.length === 0) throw (answers[0] as PromiseRejectedResult).reason;
        return given.map((answer) => said<Body>(answer));
      }),
    );
    return perService.flat();
  }

  /**
   * Asks ready instances one after another until one has it: all of a service where `isElsewhere` says that another of them may, then those
   * of the next. Services that are not ready are passed over, and so are instances that are gone; where nobody has it and one was, that is
   * the answer.
   * @throws Problem 502, 503 `service-not-ready`
   */
  async whoever(question: Question, isElsewhere: (code: string) => boolean): Promise<Answer> {
    let last: Answer | undefined;
    for (const instance of serviceNames.flatMap((service) => this.instances.of(service))) {
      if (!instance.isReady) continue;
      try {
        const answer = await this.one(instance, question);
        const code = codeOf(answer);
        if (code === undefined || !isElsewhere(code)) return answer;
        // That another instance is in charge says more than that another service does not know of it.
        if (last === undefined || code === 'not-in-charge') last = answer;
      } catch (error) {
        if (!mayBeAskedElsewhere(question, error)) throw error;
      }
    }
    const missing = serviceNames.find((service) => !this.instances.of(service).some(({ isReady }) => isReady));
    if (missing !== undefined) throw this.instances.notReady(missing);
    if (last === undefined) throw this.instances.notReady(serviceNames[0]);
    return last;
  }
}

/** What only reads may; anything else where no connection came about. */
const mayBeAskedElsewhere = ({ method }: Question, error: unknown): boolean => method === 'GET' || isUnsentBy(error);

/** What was answered with 200. @throws Refused where it was anything else */
function said<Body>(answer: Answer): Said<Body> {
  if (answer.status !== 200) throw new Refused(answer);
  return { service: answer.from.service, body: JSON.parse(answer.text) as Body };
}

/** A service's own refusal, to be handed on as it is. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(readonly answer: Answer) {
    super(`${answer.from.service} answered ${answer.status}.`);
  }
}

/** What a request asks, to be asked elsewhere; JSON text for a body where that is meant to go along. */
export function questionOf(request: FastifyRequest, path = request.raw.url ?? '/', body?: string): Question {
  const { headers } = readingOf(request, path);
  if (request.method !== 'POST') return { method: 'GET', path, headers };
  if (body === undefined) return { method: 'POST', path, headers };
  return { method: 'POST', path, body, headers: { ...headers, 'content-type': 'application/json' } };
}

/** Something to be read on behalf of a request, whatever the request itself is. */
export function readingOf(request: FastifyRequest, path: string): Question {
  const headers: Record<string, string> = {};
  for (const name of headersAlong) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return { method: 'GET', path, headers };
}

/** Answers with what a service answered. */
export function handOn({ status, type, text }: Answer, reply: FastifyReply): FastifyReply {
  if (status === 503) void reply.header('retry-after', 1);
  return reply
    .status(status)
    .header('content-type', type === '' ? problemContentType : type)
    .send(text);
}

/** Why nothing came back of a request that a service may have taken. */
export function noAnswer(service: string, options?: ErrorOptions): Problem {
  const sentence = {
    th: `บริการ ${service} รับคำขอไปแล้วแต่ไม่ได้ตอบ จึงไม่ทราบว่าสำเร็จหรือไม่ ให้ส่งซ้ำด้วย Idempotency-Key เดิม จะไม่เกิดผลสองครั้ง`,
    en: `The service ${service} gave no answer to what it may have taken, so the outcome is not known. Send it again with the same Idempotency-Key; it will not take effect twice.`,
  };
  return new Problem(502, 'service-gave-no-answer', sentence, {}, options);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
