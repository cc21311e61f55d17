import { NotAvailable } from '@faemban/event-sourcing';
import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { serviceTokenHeader } from '../http/service-token';
import { traceCall } from '../tracing/trace-calls';

/** How long one request to another process may take, in milliseconds. */
export const peerRequestMsMaxDefault = 20_000;
/** How often every address is tried before a call is given up. */
const roundsMax = 2;
/** Between two rounds over the addresses, in milliseconds. */
const roundPauseMs = 100;

/** Where another service answers, and how to show it who asks. */
export interface PeerOptions {
  /** What it is called in errors, e.g. `identity-verification`. */
  readonly name: string;
  /** Its addresses, one per instance or one for all, e.g. `http://10.0.0.7:8422`. At least one. */
  readonly urls: readonly string[];
  readonly token: string;
  readonly requestMsMax?: number;
}

/**
 * Another process did not answer, or not as that service answers. What was asked may have happened: only what may be asked again is asked
 * of peers. Runners and imports wait and try again.
 */
export class PeerUnavailable extends NotAvailable {
  override readonly name = 'PeerUnavailable';
}

/** Another service, asked over HTTP. Every call may be repeated, and is: over all addresses, twice at most. */
export interface Peer {
  /** @throws PeerUnavailable where no address gives an answer of that shape */
  get<Schema extends z.ZodType>(path: string, answer: Schema): Promise<z.output<Schema>>;
  /** Sends JSON text; for routes that may be asked again. @throws PeerUnavailable */
  post<Schema extends z.ZodType>(path: string, json: string, answer: Schema): Promise<z.output<Schema>>;
}

/**
 * Makes a {@link Peer}. It stays with the address that answered last and goes to the next one where that does not answer, is not ready, or
 * answers what this service would not. Neither bodies nor addresses with parameters are in its errors.
 */
export function createPeer({ name, urls, token, requestMsMax = peerRequestMsMaxDefault }: PeerOptions): Peer {
  const bases = urls.map((url) => url.replace(/\/+$/, ''));
  if (bases.length === 0) throw new RangeError(`${name} needs an address.`);
  let current = 0;

  const once = async <Schema extends z.ZodType>(
    base: string,
    path: string,
    init: RequestInit,
    schema: Schema,
  ): Promise<z.output<Schema>> => {
    const call = { peer: name, method: init.method ?? 'GET', route: routeOf(path) };
    const response = await traceCall(call, (trace) =>
      fetch(base + path, {
        ...init,
        headers: { ...init.headers, ...trace, [serviceTokenHeader]: token },
        redirect: 'error',
        signal: AbortSignal.timeout(requestMsMax),
      }),
    );
    const text = await response.text();
    if (response.status !== 200) throw new Error(`it answered ${response.status}${codeIn(text)}`);
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    const paths = parsed.error.issues.map((issue) => issue.path.join('.'));
    throw new Error(`its answer is not of the expected form at ${paths.slice(0, 3).join(', ') || 'the top'}`);
  };

  const ask = async <Schema extends z.ZodType>(
    path: string,
    init: RequestInit,
    schema: Schema,
  ): Promise<z.output<Schema>> => {
    const failures: string[] = [];
    for (let attempt = 0; attempt < roundsMax * bases.length; attempt += 1) {
      if (attempt > 0 && attempt % bases.length === 0) await pause(roundPauseMs);
      const chosen = current;
      const base = bases[chosen] ?? '';
      try {
        return await once(base, path, init, schema);
      } catch (error) {
        failures.push(`${base}: ${wordsOf(error)}`);
        if (current === chosen) current = (chosen + 1) % bases.length;
      }
    }
    throw new PeerUnavailable(`${name} gives no answer. ${[...new Set(failures)].join('; ')}.`);
  };

  return {
    get: (path, answer) => ask(path, { method: 'GET' }, answer),
    post: (path, json, answer) =>
      ask(path, { method: 'POST', body: json, headers: { 'content-type': 'application/json' } }, answer),
  };
}

/** Why a request failed, without anything that was sent or received. A JSON parser quotes what it could not read. */
function wordsOf(error: unknown): string {
  const { name, message, cause } = error as { name?: unknown; message?: unknown; cause?: { code?: unknown } };
  if (name === 'SyntaxError') return 'its answer is not whole';
  if (name === 'TimeoutError') return 'it took too long';
  const code = cause?.code;
  return typeof code === 'string' ? code : String(message);
}

/** The route of a path, without its numbers and its query. */
function routeOf(path: string): string {
  return (path.split('?')[0] ?? path).replace(/\/\d+(?=\/|$)/g, '/:n');
}

/** The stable code of a problem document, as ` (code)`. */
function codeIn(text: string): string {
  const code = /"code":"([a-z0-9-]{1,60})"/.exec(text)?.[1];
  return code === undefined ? '' : ` (${code})`;
}
