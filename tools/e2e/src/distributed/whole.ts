import { faemban } from '@faemban/acceptance';
import { Client } from '@faemban/cli';
import { services, type Cluster } from '@faemban/cluster';
import type { Head } from '@faemban/event-sourcing';
import { importIds } from '../import-survey';
import type { Load } from './load';
import { readPublished } from './published';

/**
 * What must hold after any fault, once everything runs again: every acknowledged command is there once and gives again what it gave; every
 * view, rebuilt from Kafka, is the live one; every chain is whole; who reads the topics finds every event once, without a gap.
 */
export async function expectWhole(cluster: Cluster, load: Load): Promise<void> {
  await cluster.ready();
  await cluster.settled();
  const ids = await importIds(cluster.url);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...load.acknowledged.values()].filter((importId) => !ids.includes(importId))).toEqual([]);
  expect(new Set(load.acknowledged.values()).size).toBe(load.acknowledged.size);
  for (const [wanted, given] of await load.repeat(5)) expect(given).toBe(wanted);

  const rebuilt = await faemban<{ view: string; state: string; differencesTotal: number }[]>(
    ...['--url', cluster.url, 'rebuild', '--all', '--as', 'malee'],
  );
  expect(rebuilt.length).toBeGreaterThan(0);
  expect(rebuilt.filter(({ state, differencesTotal }) => state !== 'switched' || differencesTotal !== 0)).toEqual([]);
  const verified = await new Client({ url: cluster.url, operator: 'malee' }).post<object>('/verifications');
  expect(verified).toMatchObject({ verdict: 'unaltered', findingsTotal: 0 });

  await cluster.settled();
  const published = await readPublished(cluster);
  expect(published.wrong).toEqual([]);
  for (const service of services) {
    const [answer] = (await cluster.askService(service, `/log/${service}/heads`)) as { heads: readonly Head[] }[];
    expect(answer?.heads.length).toBeGreaterThan(0);
    for (const { partition, seq } of answer?.heads ?? []) {
      if (seq > 0)
        expect([`${service}/${partition}`, published.events.get(`${service}/${partition}`)]).toEqual([
          `${service}/${partition}`,
          seq,
        ]);
    }
  }
}
