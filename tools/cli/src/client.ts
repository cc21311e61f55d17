import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A service may say for so long that it is not ready before whoever waits for an import gives up, in milliseconds. */
const notReadyMsMax = 120_000;

/** A sentence for people, in Thai and English. */
export interface Sentence {
  readonly th: string;
  readonly en: string;
}

/** The server refused: an RFC 9457 problem document. `code` is stable; the sentences say what is possible instead. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly status: number,
    readonly code: string,
    readonly sentence: Sentence,
    /** What was wrong with the input, place by place. */
    readonly wrong: readonly WrongInput[] = [],
  ) {
    super(sentence.en);
  }
}

/** One thing wrong with what was sent: where, and why. */
export interface WrongInput extends Sentence {
  readonly path: string;
}

/** Nobody answers at the address. */
export class NotReachable extends Error {
  override readonly name = 'NotReachable';
  constructor(
    readonly url: string,
    options?: ErrorOptions,
  ) {
    super(`Nobody answers at ${url}.`, options);
  }
}

export interface ClientOptions {
  /** The address of the system, e.g. http://127.0.0.1:8420. */
  readonly url: string;
  /** The operator in whose name commands are given. */
  readonly operator?: string;
}

/** How far an import is, or its undoing. */
export type ImportState =
  | 'receiving'
  | 'validating'
  | 'validated'
  | 'held'
  | 'approved'
  | 'applying'
  | 'applied'
  | 'rejected'
  | 'examining'
  | 'rollback-requested'
  | 'rolling-back'
  | 'rolled-back'
  | 'lost';

/** What the server says of an import. Counts are of rows, households, persons as named. */
export interface ImportStatus {
  readonly importId: string;
  readonly kind: string;
  readonly source: string;
  readonly round: number;
  readonly mapping?: string;
  readonly state: ImportState;
  readonly progress?: { readonly stage: string; readonly done: number; readonly total: number; readonly unit: string };
  readonly rows?: number;
  readonly households?: number;
  readonly persons?: number;
  readonly errors?: number;
  readonly warnings?: number;
  readonly preview?: Readonly<Record<string, number>>;
  readonly applied?: Readonly<Record<string, number>>;
  readonly toReview?: number;
  readonly repeats?: { readonly repeatEachOther: number; readonly alreadyApplied: number };
  readonly heldBecause?: Sentence;
  readonly lostBecause?: Sentence;
}

/** Speaks HTTP with a running system; one method per verb, problems become {@link Refused}. */
export class Client {
  constructor(private readonly options: ClientOptions) {}

  /** The parsed JSON answer to a GET. `path` starts with a slash. */
  async get<Answer>(path: string): Promise<Answer> {
    return (await (await this.request('GET', path)).json()) as Answer;
  }

  /** The text of a GET, for CSV. */
  async text(path: string): Promise<string> {
    return (await this.request('GET', path)).text();
  }

  /** Saves what a GET answers into a file, as it comes. Answers its size in bytes. */
  async saveFile(path: string, file: string): Promise<number> {
    const answer = await this.request('GET', path);
    const to = createWriteStream(file);
    await pipeline(answer.body === null ? Readable.from([]) : Readable.fromWeb(answer.body as never), to);
    return to.bytesWritten;
  }

  /** Gives a command. A repeated `idempotencyKey` gives the recorded outcome. */
  async post<Answer>(path: string, body: unknown = {}, idempotencyKey?: string): Promise<Answer> {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (idempotencyKey) headers['idempotency-key'] = idempotencyKey;
    const answer = await this.request('POST', path, { headers, body: JSON.stringify(body) });
    const text = await answer.text();
    return (text === '' ? {} : JSON.parse(text)) as Answer;
  }

  /** Puts a JSON value where the path says. */
  async put<Answer>(path: string, body: unknown): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    return (await (await this.request('PUT', path, { headers, body: JSON.stringify(body) })).json()) as Answer;
  }

  /** Sends a file as it is, streamed. `onBytes` hears how many bytes went out so far. */
  async putFile<Answer>(path: string, file: string, onBytes?: (sent: number) => void): Promise<Answer> {
    let sent = 0;
    const stream = createReadStream(file, { highWaterMark: 256 * 1024 });
    stream.on('data', (chunk) => onBytes?.((sent += chunk.length)));
    const answer = await this.request('PUT', path, {
      headers: { 'content-type': 'text/csv' },
      body: Readable.toWeb(stream) as ReadableStream,
      duplex: 'half',
    });
    return (await answer.json()) as Answer;
  }

  /**
   * Asks for an import until `until` holds. Polls every 200 ms; `onStatus` hears each answer. The import goes on by itself, so a service
   * that says it is not ready for a while, as when its database is being restarted, is asked again for two minutes.
   */
  async waitForImport(
    importId: string,
    until: (status: ImportStatus) => boolean,
    onStatus?: (status: ImportStatus) => void,
  ): Promise<ImportStatus> {
    let answeredAt = Date.now();
    for (;;) {
      const status = await this.get<ImportStatus>(`/imports/${importId}`).catch((error: unknown) => {
        const isForAWhile = error instanceof Refused && error.status === 503;
        if (!isForAWhile || Date.now() - answeredAt > notReadyMsMax) throw error;
        return undefined;
      });
      if (status !== undefined) {
        answeredAt = Date.now();
        onStatus?.(status);
        if (until(status)) return status;
      }
      await delay(status === undefined ? 1_000 : 200);
    }
  }

  private async request(method: string, path: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.options.operator) headers.set('faemban-operator', this.options.operator);
    const url = new URL(path, this.options.url);
    let answer: Response;
    try {
      answer = await fetch(url, { ...init, method, headers });
    } catch (cause) {
      throw new NotReachable(this.options.url, { cause });
    }
    if (!answer.ok) throw await refusalOf(answer);
    return answer;
  }
}

async function refusalOf(answer: Response): Promise<Refused> {
  const text = await answer.text();
  try {
    const problem = JSON.parse(text) as {
      code?: string;
      detail?: string;
      detailEn?: string;
      title?: string;
      errors?: WrongInput[];
    };
    const th = problem.detail ?? problem.title ?? answer.statusText;
    return new Refused(answer.status, problem.code ?? 'unknown', { th, en: problem.detailEn ?? th }, problem.errors);
  } catch {
    return new Refused(answer.status, 'unreadable-answer', { th: answer.statusText, en: answer.statusText });
  }
}
