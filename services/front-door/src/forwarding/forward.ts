import { answerProblem, serviceTokenHeader } from '@faemban/nest-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { noAnswer } from '../instances/asking';
import type { Instance, Instances } from '../instances/instances';
import { isUnsentBy } from '../instances/unsent';
import type { ServiceName } from '../routes';
import { ForwardedBody } from './forwarded-body';

/** How often what only reads is sent before it is given up. */
const readAttemptsMax = 3;

/** Sends requests on to instances of a service, bodies and answers unbuffered. */
export class Forwarding {
  constructor(
    private readonly instances: Instances,
    private readonly token: string,
  ) {}

  /**
   * Sends a request on to a ready instance, or to the one that is named. What did not get to be sent is sent to another one, and so is what
   * only reads; what may have been taken is answered 502.
   */
  async send(
    request: FastifyRequest,
    reply: FastifyReply,
    service: ServiceName,
    only?: Instance,
  ): Promise<FastifyReply> {
    const tried = new Set<string>();
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const first = only ?? this.instances.find(service);
    if (first === undefined) throw this.instances.notReady(service);

    const attempt = (to: Instance, count: number): void => {
      tried.add(to.url);
      const body = hasBody(request) ? new ForwardedBody(request.raw) : undefined;
      request.body = body;
      reply.from(to.url + (request.raw.url ?? '/'), {
        rewriteRequestHeaders: (_request, headers) => this.headersOf(request, headers as IncomingHttpHeaders),
        // Whether to try again is decided in `onError`, and what a service answers is its answer.
        retryDelay: () => null,
        onResponse: (_request, _reply, response) => {
          // What is left of the body is read and forgotten, so the connection need not be closed under the caller's hands.
          reply.removeHeader('connection');
          void reply.send((response as unknown as { stream: NodeJS.ReadableStream }).stream);
          // Where nothing comes for a while, as before a first event, its beginning is told all the same.
          if (!reply.raw.headersSent) reply.raw.flushHeaders();
        },
        onError: (_reply, { error }) => {
          if (request.raw.destroyed && !request.raw.complete) return;
          this.instances.failed(to.url);
          const isUnsent = isUnsentBy(error) && body?.isBegun !== true;
          const next = only ?? this.instances.find(service, tried) ?? (isUnsent ? undefined : to);
          if ((isUnsent && only === undefined && next !== undefined) || (isRead && count < readAttemptsMax && next)) {
            attempt(next, count + 1);
          } else {
            const problem = isUnsent ? this.instances.notReady(service) : noAnswer(service, { cause: error });
            answerProblem(problem, reply);
          }
        },
      });
    };
    attempt(first, 1);
    return reply;
  }

  private headersOf(request: FastifyRequest, headers: IncomingHttpHeaders): IncomingHttpHeaders {
    // Node has answered the caller's `Expect: 100-continue`; between us there is nothing to expect.
    const { expect: _expect, [serviceTokenHeader]: _theirs, ...others } = headers;
    return {
      ...others,
      [serviceTokenHeader]: this.token,
      'x-forwarded-for': request.raw.socket.remoteAddress ?? '',
      'x-forwarded-host': request.headers.host ?? '',
      'x-forwarded-proto': 'http',
    };
  }
}

/** Whether a body comes with a request, by the rules of HTTP/1.1. */
function hasBody({ headers }: FastifyRequest): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}
