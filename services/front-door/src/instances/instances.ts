import type { Sentence } from '@faemban/event-sourcing';
import { Problem } from '@faemban/nest-kit';
import { z } from 'zod';
import { serviceNames, type ServiceName } from '../routes';

/** How often an instance is asked whether it is ready, and how long its answer may take, in milliseconds. */
const lookEveryMs = 1_000;
const lookMsMax = 2_000;
/** So many late answers in a row are silence; one or two are a busy machine, whose requests are better late than refused. */
const lateMax = 3;

/** One address of a service and how it stood when it was last asked. */
export interface Instance {
  readonly service: ServiceName;
  readonly url: string;
  isReady: boolean;
  waitingFor: Sentence;
}

interface Looked extends Instance {
  looking: Promise<void>;
  late: number;
  again: NodeJS.Timeout | undefined;
}

const sentence = z.object({ th: z.string(), en: z.string() });
const readinessAnswer = z.object({
  checks: z.array(z.object({ ready: z.boolean(), waitingFor: sentence.optional() })),
});

/** Knows which instances of each service are ready, and takes turns among them. */
export class Instances {
  private readonly all: readonly Looked[];
  private readonly turns = new Map<ServiceName, number>();
  private isStopped = false;

  constructor(urls: Readonly<Record<ServiceName, readonly string[]>>) {
    this.all = serviceNames.flatMap((service) =>
      urls[service].map((url) => ({
        ...{ service, url, isReady: false, waitingFor: notAskedYet },
        ...{ looking: Promise.resolve(), late: 0, again: undefined },
      })),
    );
  }

  /** Asks every instance once; from then on each second. */
  async start(): Promise<void> {
    await Promise.all(this.all.map((instance) => this.look(instance)));
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    for (const { again } of this.all) clearTimeout(again);
    await Promise.all(this.all.map(({ looking }) => looking));
  }

  /** Every instance of a service, ready or not. */
  of(service: ServiceName): readonly Instance[] {
    return this.all.filter((instance) => instance.service === service);
  }

  /** The next ready instance whose turn it is, apart from those that were tried. */
  find(service: ServiceName, tried: ReadonlySet<string> = new Set()): Instance | undefined {
    const ready = this.of(service).filter(({ isReady, url }) => isReady && !tried.has(url));
    const turn = this.turns.get(service) ?? 0;
    this.turns.set(service, turn + 1);
    return ready[turn % Math.max(1, ready.length)];
  }

  /** @throws Problem 503 `service-not-ready`, saying which and what it waits for */
  get(service: ServiceName): Instance {
    const found = this.find(service);
    if (found === undefined) throw notReady(this.of(service));
    return found;
  }

  /** A connection to it failed: it gets nothing more until it has said again that it is ready, which it is asked at once. */
  failed(url: string): void {
    const instance = this.all.find((one) => one.url === url);
    if (instance === undefined || !instance.isReady) return;
    instance.isReady = false;
    instance.waitingFor = silent(url);
    clearTimeout(instance.again);
    void instance.looking.then(() => this.look(instance));
  }

  private look(instance: Looked): Promise<void> {
    clearTimeout(instance.again);
    instance.looking = readinessOf(instance.url).then((found) => {
      instance.late = found === 'late' ? instance.late + 1 : 0;
      if (found !== 'late') Object.assign(instance, found);
      else if (instance.late >= lateMax) Object.assign(instance, { isReady: false, waitingFor: silent(instance.url) });
      clearTimeout(instance.again);
      if (!this.isStopped) instance.again = setTimeout(() => void this.look(instance), lookEveryMs).unref();
    });
    return instance.looking;
  }
}

/** What an instance says of itself; that nobody is there is an answer too. */
async function readinessOf(url: string): Promise<Pick<Instance, 'isReady' | 'waitingFor'> | 'late'> {
  try {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(lookMsMax), redirect: 'error' });
    const text = await answer.text();
    if (answer.status === 200) return { isReady: true, waitingFor: nothing };
    const { checks } = readinessAnswer.parse(JSON.parse(text));
    const reasons = checks.flatMap(({ ready, waitingFor }) => (ready || waitingFor === undefined ? [] : [waitingFor]));
    return { isReady: false, waitingFor: reasons.length === 0 ? silent(url) : joined(reasons) };
  } catch (error) {
    if ((error as { name?: unknown }).name === 'TimeoutError') return 'late';
    // Refused or not readable: all the same to whoever waits for it.
    return { isReady: false, waitingFor: silent(url) };
  }
}

/** Several sentences in one. */
export function joined(sentences: readonly Sentence[]): Sentence {
  return {
    th: sentences.map(({ th }) => th).join(' '),
    en: sentences.map(({ en }) => en).join(' '),
  };
}

const nothing: Sentence = { th: '', en: '' };
const notAskedYet: Sentence = { th: 'ยังไม่ได้ถามความพร้อม', en: 'It has not been asked yet.' };
const silent = (url: string): Sentence => ({
  th: `ไม่มีคำตอบจาก ${url}`,
  en: `There is no answer from ${url}.`,
});

/** Why a service cannot be asked just now. */
export function notReady(instances: readonly Instance[]): Problem {
  const service = instances[0]?.service ?? '';
  const reasons = joined(instances.map(({ waitingFor }) => waitingFor));
  return new Problem(503, 'service-not-ready', {
    th: `บริการ ${service} ยังไม่พร้อม: ${reasons.th} รอสักครู่แล้วส่งใหม่`,
    en: `The service ${service} is not ready: ${reasons.en} Wait a moment and send it again.`,
  });
}
