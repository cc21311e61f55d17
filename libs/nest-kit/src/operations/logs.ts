import type { LoggerService } from '@nestjs/common';
import { context, trace } from '@opentelemetry/api';
import { types } from 'node:util';
import { pino, type DestinationStream, type Logger } from 'pino';

/** Field names that never reach a log line, at the top or one level down. */
export const redactedFields = [
  'number',
  'citizenId',
  'firstName',
  'lastName',
  'fullName',
  'address',
  'phone',
  'password',
  'token',
  'authorization',
  'cookie',
] as const;

/** How much is logged. */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;
/** See {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];

/** A logger of JSON lines. Personal fields are censored by name, and 13-digit numbers inside error texts by their form. */
export function createLogger(
  service: string,
  level: LogLevel,
  destination: DestinationStream = pino.destination(2),
): Logger {
  return pino(
    {
      level,
      base: { service },
      redact: { paths: redactedFields.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
      serializers: { err: errorForLog },
      mixin: traceOfLine,
    },
    destination,
  );
}

/** By which trace a line and its span are found; nothing where no trace is at work. */
function traceOfLine(): { trace_id?: string; span_id?: string } {
  const span = trace.getSpanContext(context.active());
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
}

interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

function errorForLog(error: unknown): LoggedError {
  if (!types.isNativeError(error)) return { type: typeof error, message: scrubbed(String(error)) };
  return {
    type: error.name,
    message: scrubbed(error.message),
    ...(error.stack ? { stack: scrubbed(error.stack) } : {}),
    ...(error.cause === undefined ? {} : { cause: errorForLog(error.cause) }),
  };
}

/** The text with every 13-digit number (Arabic or Thai digits, dashes or spaces between) left out. */
export function scrubbed(text: string): string {
  return text.replace(/(?<![\d๐-๙a-f-])[\d๐-๙](?:[ -]?[\d๐-๙]){12}(?![\d๐-๙a-f-])/gi, '[number]');
}

/**
 * Node's own warnings as lines of the log, once for the whole process. The Kafka client sets a timer in the past whenever the broker does not
 * slow it down, which means at once and is no warning to anybody: that one is left out.
 */
export function logWarnings(log: Logger, of: NodeJS.EventEmitter = process): void {
  // Node prints them by a listener of its own.
  of.removeAllListeners('warning');
  of.on('warning', (warning: Error) => {
    const isOfKafkaClient = warning.name === 'TimeoutNegativeWarning' && (warning.stack ?? '').includes('kafkajs');
    if (!isOfKafkaClient) log.warn({ err: warning }, 'Node warns');
  });
}

/** Nest's own messages as lines of the same log. Its routine ones are `debug`. */
export class NestLog implements LoggerService {
  constructor(private readonly lines: Logger) {}
  private write(level: 'debug' | 'warn' | 'error' | 'fatal', message: unknown, rest: readonly unknown[]): void {
    const component = typeof rest.at(-1) === 'string' ? rest.at(-1) : undefined;
    if (message instanceof Error) this.lines[level]({ err: message, component }, message.name);
    else this.lines[level]({ component }, scrubbed(typeof message === 'string' ? message : JSON.stringify(message)));
  }
  log(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    // Whoever starts the server is thrown the same, and says it in plain words.
    if (typeof message === 'string' && message.startsWith('Error: listen ')) return;
    this.write('error', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }
}
