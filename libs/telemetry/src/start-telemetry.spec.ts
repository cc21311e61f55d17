import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { startTelemetry, type Said } from './start-telemetry';

/** Starts telemetry in a process of its own and says which modules that loaded. */
const loadedBy = (environment: Record<string, string>): { isOn: boolean; modules: string[] } => {
  const program = `
    const { readFileSync } = require('node:fs');
    const { transformSync } = require('@swc/core');
    const { $schema, sourceMaps, ...options } = JSON.parse(readFileSync('.swcrc', 'utf8'));
    require('node:module')._extensions['.ts'] = (module, filename) =>
      module._compile(transformSync(readFileSync(filename, 'utf8'), { ...options, swcrc: false, filename }).code, filename);
    const { startTelemetry } = require('./libs/telemetry/src/start-telemetry.ts');
    const environment = ${JSON.stringify(environment)};
    const { isOn } = startTelemetry({ service: 's', version: '0', instance: 'i', environment, say: () => undefined });
    const modules = Object.keys(require.cache).map((path) => path.split('/node_modules/').at(-1));
    process.stdout.write(JSON.stringify({ isOn, modules }), () => process.exit(0));
  `;
  const root = join(__dirname, '../../..');
  return JSON.parse(execFileSync(process.execPath, ['-e', program], { cwd: root, encoding: 'utf8' })) as never;
};

/** A collector that answers as it is told, and keeps what it was sent. */
class Collector {
  status = 200;
  readonly spans: string[] = [];
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Collector> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const collector = new Collector(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (collector.status === 200) collector.spans.push(...namesIn(Buffer.concat(chunks).toString()));
        if (collector.status > 0) response.writeHead(collector.status).end('{}');
      });
    });
    return collector;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const namesIn = (body: string): string[] => Array.from(body.matchAll(/"name":"([^"]+)"/g), ([, name = '']) => name);

describe('without a configured collector', () => {
  test('nothing of the SDK is loaded', () => {
    const { isOn, modules } = loadedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: '' });
    expect(isOn).toBe(false);
    expect(modules.filter((path) => path.startsWith('@opentelemetry/'))).toEqual([]);
    expect(modules.some((path) => path.endsWith('start-telemetry.ts'))).toBe(true);
  });

  test('nor is it where OpenTelemetry is switched off by its own variable', () => {
    const { isOn } = loadedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' });
    expect(isOn).toBe(false);
  });

  test('while with one it is: the list of modules tells the difference', () => {
    const { isOn, modules } = loadedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    expect(isOn).toBe(true);
    expect(modules.some((path) => path.startsWith('@opentelemetry/sdk-node/'))).toBe(true);
  });
});

describe('with a configured collector', () => {
  let collector: Collector;
  let said: Said[];
  beforeEach(async () => {
    collector = await Collector.start();
    said = [];
  });
  afterEach(async () => {
    trace.disable();
    context.disable();
    for (const name of Object.keys(settings)) delete process.env[name];
    await collector.stop();
  });
  const settings = {
    OTEL_EXPORTER_OTLP_ENDPOINT: '',
    OTEL_BSP_SCHEDULE_DELAY: '20',
    OTEL_EXPORTER_OTLP_TIMEOUT: '400',
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
  };
  /** The SDK reads the process' environment itself, so a test sets it there. */
  const start = (given: Partial<typeof settings> = {}) => {
    const environment = { ...settings, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...given };
    Object.assign(process.env, environment);
    // An export of an earlier test may still fail, and is not this one's.
    const heard = said;
    return startTelemetry({
      service: 'test',
      version: '0.1.0',
      instance: 'one',
      environment,
      say: (one) => heard.push(one),
    });
  };
  const span = (name: string) => trace.getTracer('test').startSpan(name).end();
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  test('spans reach it, and a stop sends what is waiting', async () => {
    const telemetry = start({ OTEL_BSP_SCHEDULE_DELAY: '60000' });
    span('first');
    span('last');
    expect(await telemetry.stop()).toBe('sent');
    expect(collector.spans).toEqual(expect.arrayContaining(['first', 'last']));
    expect(said).toEqual([]);
  });

  test('that refuses, this is said once, and once more when it takes traces again', async () => {
    const telemetry = start();
    collector.status = 400;
    for (let sent = 0; sent < 5; sent += 1) {
      span(`lost ${sent}`);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    await until(() => said.length > 0);
    expect(said).toMatchObject([{ level: 'warn' }]);
    collector.status = 200;
    span('taken');
    await until(() => said.length > 1);
    expect(said.map(({ level }) => level)).toEqual(['warn', 'info']);
    expect(collector.spans).toContain('taken');
    await telemetry.stop();
  });

  test('that does not answer, a stop gives up at its limit', async () => {
    const telemetry = start({ OTEL_EXPORTER_OTLP_TIMEOUT: '4000' });
    collector.status = 0;
    span('unanswered');
    const begun = performance.now();
    expect(await telemetry.stop()).toBe('given-up');
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(await telemetry.stop()).toBe('given-up');
  });

  test('that is not there, work goes on and this is said once', async () => {
    const telemetry = start({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
    for (let ended = 0; ended < 20_000; ended += 1) span('dropped');
    const outages = () => said.filter(({ message }) => message.includes('does not take them'));
    await until(() => outages().length > 0);
    await telemetry.stop();
    expect(outages()).toHaveLength(1);
    // That spans were dropped is said at most once as well, however many.
    expect(said.length).toBeLessThanOrEqual(2);
  });

  test('a batch is kept where a trace that it is linked to is kept, whatever the ratio', async () => {
    const telemetry = start({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
    const linked = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 };
    const tracer = trace.getTracer('test');
    tracer.startSpan('apply', { kind: 4, root: true, links: [{ context: linked }] }).end();
    tracer
      .startSpan('apply unsampled', { kind: 4, root: true, links: [{ context: { ...linked, traceFlags: 0 } }] })
      .end();
    tracer.startSpan('command', { root: true, links: [{ context: linked }] }).end();
    tracer.startSpan('continued', {}, trace.setSpanContext(ROOT_CONTEXT, linked)).end();
    await telemetry.stop();
    expect(collector.spans.filter((name) => name !== 'test').sort()).toEqual(['apply', 'continued']);
  });

  test('an unknown sampler is said, and the default is used', async () => {
    const telemetry = start({ OTEL_TRACES_SAMPLER: 'half' });
    expect(said).toMatchObject([{ level: 'warn', message: expect.stringContaining('OTEL_TRACES_SAMPLER') as string }]);
    span('kept');
    await telemetry.stop();
    expect(collector.spans).toContain('kept');
  });
});
