import { describeWhere } from '@faemban/fixtures';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tree';
import { distributedMetrics, metricsIn, registeredMetrics, unmeasured } from './metrics';
import { callsOf, keepsFiles, portOf, processNames } from './processes';
import { keyOf, unknownVariables, variables } from './variables';

const registered = registeredMetrics();

describe.each(distributedMetrics)('the metric %s', (name) => {
  describeWhere(registered.has(name), `${name} in the sources of libs/ or services/`)(
    'of the distributed profile',
    () => {
      test('is registered by the code', () => expect([...registered]).toContain(name));
    },
  );
});

/** What a service's package says of its process. */
interface ProcessDefinition {
  readonly context: string;
  readonly port: number;
  readonly follows: readonly string[];
  readonly asks?: readonly string[];
  readonly keepsFiles?: boolean;
}

const services = processNames.filter((name) => name !== 'front-door');
describe.each(services)('the process %s', (name) => {
  const main = `services/${name}/src/main.ts`;
  describeWhere(existsSync(join(root, main)), main)('of the distributed profile', () => {
    test('says of itself what is deployed', async () => {
      const exported = (await import(`@faemban/${name}`)) as Readonly<Record<string, ProcessDefinition | undefined>>;
      const definition = exported[`${keyOf(name.toUpperCase().replaceAll('-', '_'))}Process`];
      const called = [...(definition?.follows ?? []), ...(definition?.asks ?? [])].filter((other) => other !== name);
      expect(definition).toMatchObject({ context: name, port: portOf[name] });
      expect(called.sort()).toEqual([...(callsOf[name] ?? [])].sort());
      expect(definition?.keepsFiles ?? false).toBe(keepsFiles.includes(name));
    });
  });
});

const composition = join(root, 'libs/service-process/src');
describeWhere(existsSync(composition), 'libs/service-process')('the configuration of a process', () => {
  test('has every variable that is deployed, in the library or in the front door', () => {
    const folders = [composition, ...processNames.map((name) => join(root, 'services', name, 'src'))].filter(
      existsSync,
    );
    const text = folders
      .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const missing = variables.filter((name) => !text.includes(name) && !new RegExp(`\\b${keyOf(name)}\\b`).test(text));
    expect(missing).toEqual([]);
  });
});

describe('what is compared with', () => {
  test('a variable given by a file is known, another is not', () => {
    expect(unknownVariables(['FAEMBAN_SERVICE_TOKEN_FILE', 'FAEMBAN_SERVICE_TOKN'])).toEqual(['FAEMBAN_SERVICE_TOKN']);
    expect(keyOf('FAEMBAN_MONGODB_REPLACES_ATOMICALLY')).toBe('mongodbReplacesAtomically');
  });

  test('a metric in an expression is found whatever stands around it', () => {
    const expression =
      'sum by (job) (rate(faemban_http_request_duration_seconds_count{status=~"5.."}[5m])) / faemban_nobody{up="1"} > up';
    expect(metricsIn(expression)).toEqual(['faemban_http_request_duration_seconds', 'faemban_nobody', 'up']);
    expect(unmeasured(metricsIn(expression))).toEqual(['faemban_nobody']);
  });
});
