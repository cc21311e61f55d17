import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span as a process sent it. `kind` is OTLP's: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
export interface SentSpan {
  readonly service: string;
  readonly instance: string;
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly isFailed: boolean;
}

/** How often, in milliseconds, somebody who waits for spans is answered again. */
const lookEveryMs = 20;
/** A request of an exporter is at most this long, in bytes. */
const bodyBytesMax = 16 * 1024 * 1024;

/**
 * A collector of traces for tests: takes OTLP over HTTP with JSON, as the processes under test send it, and keeps every span. Start the
 * processes with `environment` of it.
 */
export class TraceReceiver {
  readonly spans: SentSpan[] = [];
  /** What was sent and could not be read; a test should find none. */
  readonly refused: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<TraceReceiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const receiver = new TraceReceiver(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => {
      receiver.take(request).then(
        () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
        (error: unknown) => {
          receiver.refused.push(String(error));
          response.writeHead(400).end();
        },
      );
    });
    return receiver;
  }

  /** The environment by which a process sends its traces here, soon after each span and without dropping any under a test's load. */
  get environment(): Readonly<Record<string, string>> {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: this.url,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_BSP_MAX_QUEUE_SIZE: '200000',
    };
  }

  /** Waits until what was received is as the test wants it. @throws Error with the names received, after `msMax` */
  async until(isSo: (spans: readonly SentSpan[]) => boolean, msMax = 30_000): Promise<void> {
    for (const end = performance.now() + msMax; !isSo(this.spans);) {
      if (performance.now() > end) {
        const names = new Set(this.spans.map(({ service, name }) => `${service}: ${name}`));
        throw new Error(`Received after ${msMax} ms: ${[...names].join(', ') || 'nothing'}.`);
      }
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(request: IncomingMessage): Promise<void> {
    if (request.method !== 'POST' || request.url !== '/v1/traces') throw new Error(`${request.method} ${request.url}`);
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bodyBytesMax) throw new Error(`more than ${bodyBytesMax} bytes`);
      chunks.push(chunk);
    }
    this.spans.push(...spansOf(JSON.parse(Buffer.concat(chunks).toString()) as Sent));
  }
}

/**
 * What one trace caused: its spans and, over links, every span that continues or is linked to any of them, in any process. A view's batch
 * is linked to the traces of its events, and so belongs to what each of them caused.
 */
export function causedBy(spans: readonly SentSpan[], traceId: string): readonly SentSpan[] {
  const traces = new Set([traceId]);
  for (let known = 0; known < traces.size;) {
    known = traces.size;
    for (const span of spans) if (span.links.some((link) => traces.has(link.traceId))) traces.add(span.traceId);
  }
  return spans.filter((span) => traces.has(span.traceId));
}

/** One step of a trace as a test wants it: in which process, and what. */
export interface WantedStep {
  readonly service: string;
  /** The span's whole name, or a form of it. */
  readonly name: string | RegExp;
}

/**
 * Holds one trace to the steps that a test wants: that from its first span on each step is reached from the one before, by being its
 * descendant (nested), or by links, which name traces. Answers the spans found, one per step.
 * @throws Error that names the first step that is not reached, and what was found of the trace instead
 */
export function followTrace(spans: readonly SentSpan[], steps: readonly WantedStep[]): readonly SentSpan[] {
  const [first, ...rest] = steps;
  if (first === undefined) throw new Error('A trace is followed by at least one step.');
  const isStep = ({ service, name }: WantedStep, span: SentSpan): boolean =>
    span.service === service && (typeof name === 'string' ? span.name === name : name.test(span.name));
  const search = (from: SentSpan, left: readonly WantedStep[]): readonly SentSpan[] | undefined => {
    const [step, ...more] = left;
    if (step === undefined) return [from];
    for (const next of reachedFrom(spans, from)) {
      if (next === from || !isStep(step, next)) continue;
      const found = search(next, more);
      if (found !== undefined) return [from, ...found];
    }
    return undefined;
  };
  for (const from of spans.filter((span) => isStep(first, span))) {
    const found = search(from, rest);
    if (found !== undefined) return found;
  }
  throw new Error(whatWasFound(spans, steps, isStep));
}

/** The span, all that is nested in it, all that is linked to a trace of those, and so on. A batch links to a trace by one span of it. */
function reachedFrom(spans: readonly SentSpan[], from: SentSpan): ReadonlySet<SentSpan> {
  const reached = new Set([from]);
  const ids = new Set([from.spanId]);
  const traces = new Set([from.traceId]);
  for (let known = 0; known < reached.size;) {
    known = reached.size;
    for (const span of spans) {
      const isNested = span.parentSpanId !== undefined && ids.has(span.parentSpanId) && traces.has(span.traceId);
      if (!isNested && !span.links.some(({ traceId }) => traces.has(traceId))) continue;
      reached.add(span);
      ids.add(span.spanId);
      traces.add(span.traceId);
    }
  }
  return reached;
}

function whatWasFound(
  spans: readonly SentSpan[],
  steps: readonly WantedStep[],
  isStep: (step: WantedStep, span: SentSpan) => boolean,
): string {
  const wanted = steps.map((step) => {
    const count = spans.filter((span) => isStep(step, span)).length;
    return `${step.service}: ${String(step.name)} (${count} anywhere)`;
  });
  const names = [...new Set(spans.map(({ service, name }) => `${service}: ${name}`))].sort();
  return `No trace goes ${wanted.join(' → ')}. There are: ${names.join(', ') || 'no spans'}.`;
}

interface Sent {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly SentAttribute[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly SentForm[] }[];
  }[];
}
interface SentAttribute {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly intValue?: number | string;
    readonly doubleValue?: number;
    readonly boolValue?: boolean;
  };
}
interface SentForm {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind?: number;
  readonly attributes?: readonly SentAttribute[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status?: { readonly code?: number };
}

const statusError = 2;

function spansOf(sent: Sent): SentSpan[] {
  return (sent.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) => {
    const about = attributesOf(resource?.attributes);
    return scopeSpans.flatMap(({ spans = [] }) =>
      spans.map((span) => ({
        service: String(about['service.name'] ?? ''),
        instance: String(about['service.instance.id'] ?? ''),
        name: span.name,
        kind: span.kind ?? 0,
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId || undefined,
        links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId, spanId })),
        attributes: attributesOf(span.attributes),
        isFailed: span.status?.code === statusError,
      })),
    );
  });
}

function attributesOf(list: readonly SentAttribute[] = []): Record<string, string | number | boolean> {
  return Object.fromEntries(
    list.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? value.doubleValue ?? Number(value.intValue ?? 0),
    ]),
  );
}
