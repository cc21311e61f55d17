import { createFrontDoor, frontDoorConfigSchema } from '@faemban/front-door';
import { addConsumingMetrics, addPublishingMetrics, addSequencingMetrics, Metrics } from '@faemban/nest-kit';
import { createStandalone, type Standalone } from '@faemban/standalone';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One metric: its type and the labels of its own. */
interface Shown {
  readonly type: string;
  readonly labels: readonly string[];
}

const page = readFileSync(join(__dirname, '../../../docs/reference/metrics.md'), 'utf8');

/** What the page has in its tables, by name. */
function described(): Map<string, Shown> {
  const rows = Array.from(page.matchAll(/^\| `(faemban_\w+)` \| (\w+) \| [^|]+ \| ([^|]+) \|/gm));
  return new Map(
    rows.map(([, name = '', type = '', labels = '']) => [
      name,
      { type, labels: Array.from(labels.matchAll(/`(\w+)`/g), ([, label = '']) => label).sort() },
    ]),
  );
}

/** What an exposition has, by name: the labels of every sample together. */
function exposed(text: string): Map<string, Shown> {
  const found = new Map<string, { type: string; labels: Set<string> }>();
  for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (\w+) (\w+)$/gm)) {
    found.set(name, { type, labels: new Set() });
  }
  for (const [, sample = '', labels = ''] of text.matchAll(/^(\w+)\{(.*)\} /gm)) {
    const name = found.has(sample) ? sample : sample.replace(/_(bucket|sum|count)$/, '');
    for (const [, label = ''] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) {
      if (label !== 'le') found.get(name)?.labels.add(label);
    }
  }
  return new Map([...found].map(([name, { type, labels }]) => [name, { type, labels: [...labels].sort() }]));
}

/** What only the distributed profile shows, as its processes register it. */
async function ofTheDistributedProfile(): Promise<string> {
  const metrics = new Metrics();
  const context = 'ingestion';
  addPublishingMetrics(metrics, () => [{ context, lagEvents: 0, lagSeconds: 0 }]);
  addSequencingMetrics(metrics, () => [{ context, heldPartitions: 32, isAlive: true }]);
  const statuses = () => [{ context, lagEvents: 0 } as const];
  addConsumingMetrics(metrics, { service: 'reporting', assignedPartitions: () => 32, statuses });
  const text = await metrics.registry.metrics();
  metrics.close();
  return text;
}

/** What a front door shows, also where nobody is behind it. */
async function ofAFrontDoor(): Promise<string> {
  const nobody = 'http://127.0.0.1:1';
  const door = await createFrontDoor(
    frontDoorConfigSchema.parse({
      ...{ port: 0, logLevel: 'silent', serviceToken: 'a-token-of-more-than-thirty-two-characters' },
      ...{ ingestionUrl: nobody, identityVerificationUrl: nobody, mpiScoringUrl: nobody, reportingUrl: nobody },
    }),
  );
  await door.start();
  const text = await (await fetch(`${door.url}/metrics`)).text();
  await door.stop();
  return text;
}

let dataDir: string;
let system: Standalone;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'faemban-metrics-'));
  system = await createStandalone({ dataDir, port: 0, logLevel: 'error' });
  await system.start();
  await system.settled();
});
afterAll(async () => {
  await system.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test('the page of metrics names what a started server exposes, and nothing else', async () => {
  await fetch(`${system.url}/status`);
  const text = await (await fetch(`${system.url}/metrics`)).text();
  const shown = exposed([text, await ofTheDistributedProfile(), await ofAFrontDoor()].join('\n'));
  const onPage = described();
  expect([...onPage.keys()].sort()).toEqual([...shown.keys()].sort());
  for (const [name, { type, labels }] of shown) {
    const row = onPage.get(name);
    expect({ name, type: row?.type }).toEqual({ name, type });
    // A metric without samples just now, e.g. of a rebuild, shows no labels.
    if (labels.length > 0) expect({ name, labels: row?.labels }).toEqual({ name, labels });
  }
  const withLabels = [...shown.values()].filter(({ labels }) => labels.length > 0);
  expect(withLabels.length).toBeGreaterThan(15);
});

test('no name stands on the page twice', () => {
  const names = Array.from(page.matchAll(/^\| `(faemban_\w+)`/gm), ([, name]) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(30);
});
