import { channels, type Actor } from '@faemban/contracts';
import type { CommandContext } from '@faemban/event-sourcing';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Platform } from '../platform';
import { activeTraceparent } from '../tracing/traceparent';
import type { Operator } from './operators';
import { Problem } from './problem';

/** Header naming the local operator in whose name a command is given. */
export const operatorHeader = 'faemban-operator';
/** Header by which a caller makes a command safe to send again. */
export const idempotencyHeader = 'idempotency-key';
/** Header by which a caller tells its channel: `online` (default) or `cli`. */
export const channelHeader = 'faemban-channel';
/** The longest idempotency key, in characters. */
export const idempotencyKeyCharactersMax = 80;

/** What the server knows when it takes a command. */
export interface TakenSettings {
  readonly operators: ReadonlyMap<string, Operator>;
  readonly platform: Pick<Platform, 'clock' | 'ids'>;
}

/** Under this key a Fastify instance carries its {@link TakenSettings}. */
export const takenSettingsKey = Symbol('faemban.taken');

/**
 * Parameter decorator: the {@link CommandContext} of the command this request gives. The command's id is the `Idempotency-Key`, or a new
 * one; the actor is the operator named by `Faemban-Operator`; `occurredAt` is the server's clock now; `area` is left to the aggregate.
 * Answers 400 `operator-required`, 403 `operator-unknown`, 400 `idempotency-key-malformed`.
 */
export const Taken = createParamDecorator<void>(
  (_data, execution: ExecutionContext): CommandContext =>
    takenFrom(execution.switchToHttp().getRequest<FastifyRequest>()),
  [documentsHeaders],
);

function documentsHeaders(target: object, key: string | symbol | undefined): void {
  const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
  if (key === undefined || !descriptor) return;
  ApiHeader({
    name: 'Faemban-Operator',
    required: true,
    description: 'Who gives the command: a named local operator.',
  })(target, key, descriptor);
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'Sent again with the same key, a command takes effect once.',
  })(target, key, descriptor);
}

/** What {@link Taken} gives, for routes without parameter decorators. */
export function takenFrom(request: FastifyRequest): CommandContext {
  const settings = (request.server as unknown as Record<symbol, TakenSettings | undefined>)[takenSettingsKey];
  if (!settings) throw new Error('This server takes no commands: it was not made by createServer.');
  const { platform } = settings;
  const commandId = idempotencyKeyOf(request) ?? platform.ids.next();
  return {
    commandId,
    actor: actorOf(request, settings),
    area: '',
    occurredAt: new Date(platform.clock()).toISOString(),
    correlationId: commandId,
    ...traceparentOf(request),
  };
}

function actorOf(request: FastifyRequest, { operators }: TakenSettings): Actor {
  const id = headerOf(request, operatorHeader);
  if (id === undefined || id === '') {
    throw new Problem(400, 'operator-required', {
      th: 'ต้องระบุผู้ปฏิบัติงานในส่วนหัว Faemban-Operator',
      en: 'Say who gives the command, in the Faemban-Operator header.',
    });
  }
  const operator = operators.get(id);
  if (!operator) {
    throw new Problem(403, 'operator-unknown', {
      th: 'ไม่รู้จักผู้ปฏิบัติงานนี้ ให้ใช้ชื่อที่ตั้งค่าไว้ในระบบ',
      en: 'This operator is not known here. Use one of those configured.',
    });
  }
  return { accountId: operator.id, office: operator.office, role: operator.role, channel: channelOf(request) };
}

function channelOf(request: FastifyRequest): Actor['channel'] {
  const asked = headerOf(request, channelHeader) ?? 'online';
  const channel = channels.find((known) => known === asked && (known === 'online' || known === 'cli'));
  if (channel) return channel;
  throw new Problem(400, 'channel-unknown', {
    th: 'ส่วนหัว Faemban-Channel ต้องเป็น online หรือ cli',
    en: 'The Faemban-Channel header must be online or cli.',
  });
}

function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const key = headerOf(request, idempotencyHeader);
  if (key === undefined) return undefined;
  if (/^[A-Za-z0-9._:-]+$/.test(key) && key.length <= idempotencyKeyCharactersMax) return key;
  throw new Problem(400, 'idempotency-key-malformed', {
    th: `Idempotency-Key ต้องยาว 1–${idempotencyKeyCharactersMax} ตัว และใช้ได้เฉพาะ A–Z a–z 0–9 . _ : -`,
    en: `An Idempotency-Key has 1–${idempotencyKeyCharactersMax} characters out of A–Z a–z 0–9 . _ : -`,
  });
}

/**
 * The request's own span, which goes on with the caller's trace; without telemetry what the caller sent. A traceparent that is not
 * well-formed is left out, as W3C Trace Context asks; it is never a reason to refuse.
 */
function traceparentOf(request: FastifyRequest): { traceparent?: string } {
  const traceparent = activeTraceparent() ?? headerOf(request, 'traceparent');
  return traceparent !== undefined && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent)
    ? { traceparent }
    : {};
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
