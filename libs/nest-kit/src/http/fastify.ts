import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Metrics } from '../operations/metrics';
import { machineRoutes } from './machine-routes';
import { problemDocument, Problem } from './problem';
import { problemOf } from './problem-of';
import { answerProblem, problemContentType } from './problems.filter';

/** 1 MiB: the largest JSON body. Uploaded files are streams, limited by the route that takes them. */
export const jsonBodyBytesMax = 1024 * 1024;
/** The longest path parameter, in characters. */
export const pathParameterCharactersMax = 200;
/** Content types whose bodies are handed to the route as a stream, unread. */
export const streamContentTypes = ['text/csv', 'application/octet-stream'] as const;

/** Fastify as every server uses it: JSON and streams, nothing else; no address outside this machine. */
export function createHttpAdapter(): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: jsonBodyBytesMax,
    routerOptions: { maxParamLength: pathParameterCharactersMax, ignoreTrailingSlash: false },
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) =>
      answerProblem(problemOf(error).problem, reply),
  });
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  fastify.removeContentTypeParser('text/plain');
  fastify.addContentTypeParser(
    [...streamContentTypes],
    (_request: FastifyRequest, payload: IncomingMessage, done: (error: null, body: IncomingMessage) => void) =>
      done(null, payload),
  );
  return adapter;
}

/** Refuses names of this machine that are not its own, so that a web page cannot reach it under a name of its choosing. */
export function refuseForeignHosts(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(isLocalName(request.headers.host) ? undefined : foreignHost());
  });
}

function isLocalName(host: string | undefined): boolean {
  const name = (host ?? '').replace(/:\d+$/, '');
  return name === 'localhost' || name === '127.0.0.1' || name === '[::1]';
}

const foreignHost = (): Problem =>
  new Problem(421, 'host-not-local', {
    th: 'เครื่องนี้เปิดให้เรียกจากในเครื่องเท่านั้น ใช้ที่อยู่ http://127.0.0.1 หรือ http://localhost',
    en: 'This server answers on this machine only. Use http://127.0.0.1 or http://localhost.',
  });

/**
 * Logs every request by its route, never by its address, which may hold what a caller typed, and measures those of people and of other
 * services. What machines poll is not measured: a process that waits refuses every poll, and polls that succeed would thin out failures.
 * Nor is a stream of events, which lasts as long as somebody looks.
 */
export function watchRequests(fastify: FastifyInstance, metrics: Metrics, log: Logger): void {
  fastify.addHook('onRequest', (_request, reply, done) => {
    // On Node's own answer: a stream of events is written there, past Fastify, and has these and its content type there.
    reply.raw.setHeader('x-content-type-options', 'nosniff').setHeader('cache-control', 'no-store');
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched';
    const { method } = request;
    const isMeasured = !machineRoutes.has(route) && !isEventStream(reply);
    if (isMeasured) metrics.httpSeconds.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    log.debug({ method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request');
    done();
  });
}

const isEventStream = ({ raw }: FastifyReply): boolean =>
  String(raw.getHeader('content-type') ?? '').startsWith('text/event-stream');

/** Answers what is not even HTTP, or whose headers are too large, in the form of every other refusal. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const isTooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const problem = isTooLarge
    ? new Problem(431, 'headers-too-large', {
        th: 'ส่วนหัวคำขอใหญ่เกิน 16 KiB',
        en: 'The request headers are over 16 KiB.',
      })
    : new Problem(400, 'request-unreadable', { th: 'อ่านคำขอ HTTP นี้ไม่ได้', en: 'This is not a readable HTTP request.' });
  const body = JSON.stringify(problemDocument(problem));
  const reason = isTooLarge ? 'Request Header Fields Too Large' : 'Bad Request';
  socket.end(
    `HTTP/1.1 ${problem.status} ${reason}\r\nContent-Type: ${problemContentType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
