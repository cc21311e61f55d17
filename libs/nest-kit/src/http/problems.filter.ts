import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { problemDocument, type Problem } from './problem';
import { problemOf } from './problem-of';

/** Content type of every refusal. */
export const problemContentType = 'application/problem+json; charset=utf-8';
/** How long a caller should wait before it repeats what was refused with 503, in seconds. */
const retryAfterSeconds = 1;

/** Answers every error of every route as a problem document (RFC 9457), and logs faults once, with their cause. */
@Catch()
export class ProblemsFilter implements ExceptionFilter<unknown> {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const { problem, isFault } = problemOf(error);
    if (isFault) {
      const { reference } = problem.extra;
      this.log.error({ err: error, reference, method: request.method, route: request.routeOptions?.url }, problem.code);
    }
    if (reply.sent || reply.raw.headersSent) {
      // Part of an answer is out already: cutting the connection is the only way left to say that it is not whole.
      reply.raw.destroy();
      return;
    }
    answerProblem(problem, reply);
  }
}

/** Answers with the problem's document. */
export function answerProblem(problem: Problem, reply: FastifyReply): void {
  if (problem.status === 503) void reply.header('retry-after', retryAfterSeconds);
  void reply
    .status(problem.status)
    .header('content-type', problemContentType)
    .send(JSON.stringify(problemDocument(problem)));
}
