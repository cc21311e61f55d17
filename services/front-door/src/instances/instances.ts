import type { Sentence } from '@faemban/event-sourcing';
import { Addresses, lookupAll, Problem, type Lookup } from '@faemban/nest-kit';
import { z } from 'zod';
import { serviceNames, type ServiceName } from '../routes';

/** How often an instance is asked whether it is ready, and how long its answer may take, in milliseconds. */
const lookEveryMs = 1_000;
const lookMsMax = 2_000;
/** How often a name is resolved, in milliseconds. */
const resolveEveryMs = 1_000;
/** So many late answers in a row are silence; one or two are a busy machine, whose requests are better late than refused. */
const lateMax = 3;

/** One address of a service, one process therefore, and how it stood when it was last asked. */
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
  /** Its name no longer has this address: it is asked nothing more. */
  isGone: boolean;
}

/** A configured URL, whose name is resolved again and again. */
interface Named {
  readonly service: ServiceName;
  readonly addresses: Addresses;
  resolving: Promise<void>;
  again: NodeJS.Timeout | undefined;
}

const sentence = z.object({ th: z.string(), en: z.string() });
const readinessAnswer = z.object({
  checks: z.array(z.object({ ready: z.boolean(), waitingFor: sentence.optional() })),
});

/**
 * Knows which instances of each service are ready, and takes turns among them. Every address that a configured name has is an instance.
 * Names are resolved again each second: an address that is new is used once it has said that it is ready, one that is gone gets nothing
 * more, and requests under way with it end as they would have.
 */
export class Instances {
  private readonly names: readonly Named[];
  private all: readonly Looked[] = [];
  private readonly turns = new Map<ServiceName, number>();
  private isStopped = false;

  /** @param lookup how names are resolved; by the operating system unless given */
  constructor(urls: Readonly<Record<ServiceName, readonly string[]>>, lookup: Lookup = lookupAll) {
    this.names = serviceNames.flatMap((service) =>
      urls[service].map((url) => ({
        ...{ service, addresses: new Addresses(url, { lookup }) },
        ...{ resolving: Promise.resolve(), again: undefined },
      })),
    );
  }

  /** Resolves every name and asks every instance once; from then on each second. */
  async start(): Promise<void> {
    await Promise.all(this.names.map((name) => this.resolve(name)));
    await Promise.all(this.all.map(({ looking }) => looking));
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    for (const { again } of [...this.names, ...this.all]) clearTimeout(again);
    await Promise.all([...this.names.map(({ resolving }) => resolving), ...this.all.map(({ looking }) => looking)]);
  }

  /** Every instance of a service, ready or not. */
  of(service: ServiceName): readonly Instance[] {
    return this.all.filter((instance) => instance.service === service);
  }

  /** What keeps instances of a service from being used, or from being found. */
  troublesOf(service: ServiceName): readonly Sentence[] {
    return [
      ...this.names.filter((name) => name.service === service).flatMap(({ addresses }) => addresses.trouble ?? []),
      ...this.of(service).flatMap(({ isReady, waitingFor }) => (isReady ? [] : [waitingFor])),
    ];
  }

  /** The next ready instance whose turn it is, apart from those that were tried. */
  find(service: ServiceName, tried: ReadonlySet<string> = new Set()): Instance | undefined {
    const ready = this.of(service).filter(({ isReady, url }) => isReady && !tried.has(url));
    const turn = this.turns.get(service) ?? 0;
    this.turns.set(service, turn + 1);
    return ready[turn % Math.max(1, ready.length)];
  }

  /** Why a service cannot be asked just now. */
  notReady(service: ServiceName): Problem {
    const reasons = joined(this.troublesOf(service));
    return new Problem(503, 'service-not-ready', {
      th: `บริการ ${service} ยังไม่พร้อม: ${reasons.th} รอสักครู่แล้วส่งใหม่`,
      en: `The service ${service} is not ready: ${reasons.en} Wait a moment and send it again.`,
    });
  }

  /** A connection to it failed: it gets nothing more until it has said again that it is ready, which it is asked at once. */
  failed(url: string): void {
    for (const instance of this.all) {
      if (instance.url !== url || !instance.isReady) continue;
      instance.isReady = false;
      instance.waitingFor = silent(url);
      clearTimeout(instance.again);
      void instance.looking.then(() => this.look(instance));
    }
  }

  /** Resolves a name, now and each second from now on; an address is an address for good. */
  private resolve(name: Named): Promise<void> {
    clearTimeout(name.again);
    name.resolving = name.addresses.refresh().then(() => {
      this.takeUp();
      if (!this.isStopped && name.addresses.isNamed) {
        name.again = setTimeout(() => void this.resolve(name), resolveEveryMs).unref();
      }
    });
    return name.resolving;
  }

  /** Lets go of addresses that no name has any more, and begins to look at those that are new. */
  private takeUp(): void {
    const known = new Map(this.all.map((instance) => [keyOf(instance), instance]));
    const wanted = this.names.flatMap(({ service, addresses }) => addresses.urls.map((url) => ({ service, url })));
    const all = [...new Map(wanted.map((each) => [keyOf(each), each])).values()].map(
      (each) => known.get(keyOf(each)) ?? newcomer(each.service, each.url),
    );
    const before = this.all;
    this.all = all;
    for (const instance of before) {
      if (all.includes(instance)) continue;
      instance.isGone = true;
      instance.isReady = false;
      clearTimeout(instance.again);
    }
    for (const instance of all) if (!before.includes(instance) && !this.isStopped) void this.look(instance);
  }

  private look(instance: Looked): Promise<void> {
    clearTimeout(instance.again);
    instance.looking = readinessOf(instance.url).then((found) => {
      if (instance.isGone) return;
      instance.late = found === 'late' ? instance.late + 1 : 0;
      if (found !== 'late') Object.assign(instance, found);
      else if (instance.late >= lateMax) Object.assign(instance, { isReady: false, waitingFor: silent(instance.url) });
      clearTimeout(instance.again);
      if (!this.isStopped) instance.again = setTimeout(() => void this.look(instance), lookEveryMs).unref();
    });
    return instance.looking;
  }
}

const keyOf = ({ service, url }: Pick<Instance, 'service' | 'url'>): string => `${service} ${url}`;

const newcomer = (service: ServiceName, url: string): Looked => ({
  ...{ service, url, isReady: false, waitingFor: notAskedYet },
  ...{ looking: Promise.resolve(), late: 0, again: undefined, isGone: false },
});

/** What an instance says of itself; that nobody is there is an answer too. */
async function readinessOf(url: string): Promise<Pick<Instance, 'isReady' | 'waitingFor'> | 'late'> {
  try {
    // Over a connection of its own: whether it still takes new ones is part of being ready.
    const answer = await fetch(`${url}/health/ready`, {
      ...{ headers: { connection: 'close' }, signal: AbortSignal.timeout(lookMsMax), redirect: 'error' },
    });
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
