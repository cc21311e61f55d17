import { NotAvailable } from '@faemban/event-sourcing';
import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { serviceTokenHeader } from '../http/service-token';
import { traceCall } from '../tracing/trace-calls';
import { Addresses, type Lookup } from './addresses';

/** How long one request to another process may take, in milliseconds. */
export const peerRequestMsMaxDefault = 20_000;
/** How often every address is tried before a call is given up. */
const roundsMax = 2;
/** Between two rounds over the addresses, in milliseconds. */
const roundPauseMs = 100;
/** After how long names are resolved again, in milliseconds. */
const resolveEveryMs = 1_000;

/** Where another service answers, and how to show it who asks. */
export interface PeerOptions {
  /** What it is called in errors, e.g. `identity-verification`. */
  readonly name: string;
  /**
   * Where it answers, one URL per instance or one for all, e.g. `http://10.0.0.7:8422` or `http://identity-verification:8422`, whose name
   * may have any number of addresses. At least one.
   */
  readonly urls: readonly string[];
  readonly token: string;
  readonly requestMsMax?: number;
  /** How names are resolved; by the operating system unless given. */
  readonly lookup?: Lookup;
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
 * answers what this service would not. Names are resolved again as it goes, so that addresses may come and go. Neither bodies nor addresses
 * with parameters are in its errors.
 * @throws RangeError where there is no URL
 */
export function createPeer({ name, urls, token, requestMsMax, lookup }: PeerOptions): Peer {
  const msMax = requestMsMax ?? peerRequestMsMaxDefault;
  if (urls.length === 0) throw new RangeError(`${name} needs an address.`);
  const known = new KnownAddresses(urls, lookup);
  let preferred: string | undefined;

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
        signal: AbortSignal.timeout(msMax),
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
    const begunAt = performance.now();
    for (let round = 0; round < roundsMax; round += 1) {
      if (round > 0) await pause(roundPauseMs);
      const bases = beginningWith(preferred, await known.now(round > 0));
      for (const [index, base] of bases.entries()) {
        // However many addresses there are, a call takes no longer than two that get no answer.
        if (performance.now() - begunAt > roundsMax * msMax) break;
        try {
          const found = await once(base, path, init, schema);
          preferred = base;
          return found;
        } catch (error) {
          failures.push(`${base}: ${wordsOf(error)}`);
          if (preferred === undefined || preferred === base) preferred = bases[(index + 1) % bases.length];
        }
      }
    }
    const all = new Set([...failures, ...known.troubles()]);
    throw new PeerUnavailable(`${name} gives no answer. ${[...all].join('; ')}.`);
  };

  return {
    get: (path, answer) => ask(path, { method: 'GET' }, answer),
    post: (path, json, answer) =>
      ask(path, { method: 'POST', body: json, headers: { 'content-type': 'application/json' } }, answer),
  };
}

/** The addresses of all URLs of a service, resolved again when they are asked for and a second has gone. */
class KnownAddresses {
  private readonly all: readonly Addresses[];
  private refreshing: Promise<unknown> | undefined;
  private refreshedAt = -Infinity;

  constructor(urls: readonly string[], lookup: Lookup | undefined) {
    this.all = urls.map((url) => new Addresses(url, lookup === undefined ? {} : { lookup }));
  }

  /** What is known; only where nothing is, or where it has to be new, names are waited for. */
  async now(isNew: boolean): Promise<readonly string[]> {
    if (performance.now() - this.refreshedAt > resolveEveryMs) this.refreshing ??= this.refresh();
    if (isNew || this.urls().length === 0) await this.refreshing;
    return this.urls();
  }

  /** Why names do not resolve just now. */
  troubles(): readonly string[] {
    return this.all.flatMap(({ trouble }) => trouble?.en.replace(/\.$/, '') ?? []);
  }

  private urls(): readonly string[] {
    return [...new Set(this.all.flatMap(({ urls }) => urls))];
  }

  private async refresh(): Promise<void> {
    await Promise.all(this.all.map((each) => each.refresh()));
    this.refreshedAt = performance.now();
    this.refreshing = undefined;
  }
}

/** The same addresses in their order, from this one on. */
function beginningWith(first: string | undefined, bases: readonly string[]): readonly string[] {
  const from = Math.max(0, first === undefined ? 0 : bases.indexOf(first));
  return [...bases.slice(from), ...bases.slice(0, from)];
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
