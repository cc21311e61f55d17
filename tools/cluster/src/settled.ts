import { setTimeout as delay } from 'node:timers/promises';
import type { Head, RunnerStatus } from '@faemban/event-sourcing';
import { services, type ServiceName } from './cluster';

const settledMsMax = 600_000;
const lookEveryMs = 150;

type Ask = (service: ServiceName, path: string) => Promise<readonly unknown[]>;
type StatusAnswer = { readonly runners: readonly RunnerStatus[] };
type HeadsAnswer = { readonly heads: readonly Head[] };

/**
 * Waits until every runner of every service stands where the logs end that it follows, over all processes together, and nothing was
 * recorded meanwhile.
 * @throws Error with who is behind when that takes too long
 */
export async function untilSettled(ask: Ask, withinMs = settledMsMax): Promise<void> {
  const until = Date.now() + withinMs;
  let before = '';
  for (;;) {
    const heads = await headsOf(ask);
    const behind = heads === undefined ? ['a service of which no process serves'] : await behindOf(ask, heads);
    const now = JSON.stringify([...(heads ?? [])]);
    if (behind.length === 0 && now === before) return;
    before = behind.length === 0 ? now : '';
    if (Date.now() > until) throw new Error(`Not settled after ${withinMs} ms: ${behind.join('; ')}`);
    await delay(lookEveryMs);
  }
}

/** Where every log ends; undefined where a service does not serve just now. */
async function headsOf(ask: Ask): Promise<ReadonlyMap<string, number> | undefined> {
  const heads = new Map<string, number>();
  for (const service of services) {
    const [answer] = (await ask(service, `/log/${service}/heads`)) as readonly HeadsAnswer[];
    if (answer === undefined) return undefined;
    for (const { partition, seq } of answer.heads) heads.set(`${service}/${partition}`, seq);
  }
  return heads;
}

async function behindOf(ask: Ask, heads: ReadonlyMap<string, number>): Promise<readonly string[]> {
  const behind: string[] = [];
  for (const service of services) {
    const statuses = (await ask(service, '/status?vectors=true')) as readonly StatusAnswer[];
    const places = new Map<string, Map<string, number>>();
    for (const { name, kind, vector, heads: followed = {}, state, fault } of statuses.flatMap(
      ({ runners }) => runners,
    )) {
      if (state !== 'live') behind.push(`${name} is ${state}${fault === undefined ? '' : ` (${fault})`}`);
      const place = places.get(`${kind} ${name}`) ?? new Map<string, number>();
      places.set(`${kind} ${name}`, place);
      for (const key of Object.keys(followed)) place.set(key, place.get(key) ?? 0);
      for (const [key, seq] of Object.entries(vector)) place.set(key, Math.max(seq, place.get(key) ?? 0));
    }
    for (const [name, place] of places) {
      const contexts = new Set([...place.keys()].map((key) => key.split('/')[0]));
      for (const [key, seq] of heads) {
        if (contexts.has(key.split('/')[0]) && (place.get(key) ?? 0) < seq) behind.push(`${name} at ${key}`);
      }
    }
  }
  return behind;
}
