import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { portOf, processNames } from '../agreed/processes';
import { metricsIn } from '../agreed/metrics';
import { alertsFile } from '../alerts/alert-rules';
import { expressionsOfDashboards } from '../dashboards/expressions';
import { requiredVariables, unknownVariables, variableOf } from '../agreed/variables';
import { root, textOf } from '../tree';
import { composeFile } from './compose-file';

const compose = composeFile();
const services = Object.entries(compose.services);
const processes = services.filter(([, { image }]) => image.includes('faemban'));
/** Its image has neither a shell nor a client; Prometheus watches it. */
const withoutHealthCheck = ['otel-collector'];

describe('every container', () => {
  test.each(services)('%s can neither write its image nor gain rights', (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
    });
    expect(service.user).toMatch(/^(?!root|0\b)/);
    expect(service.tmpfs.some((mount) => mount.startsWith('/tmp:'))).toBe(true);
  });

  test.each(services)('%s has an exact image and limits', (_, { image, deploy }) => {
    expect(image).toMatch(/:v?\d+\.\d+\.\d+\}?$/);
    expect(deploy.resources.limits).toEqual({
      cpus: expect.any(String) as string,
      memory: expect.any(String) as string,
    });
  });

  test.each(services)('%s tells how it is', (name, { healthcheck }) => {
    expect(healthcheck === undefined).toBe(withoutHealthCheck.includes(name));
  });

  test.each(services)('%s starts in any order: it waits for nobody to be healthy', (_, { depends_on = {} }) => {
    expect(Object.values(depends_on).filter(({ condition }) => condition !== 'service_started')).toEqual([]);
  });
});

describe('the processes', () => {
  test('are all there, and nothing else runs their image', () => {
    expect(processes.map(([name]) => name).sort()).toEqual([...processNames].sort());
  });

  test('have one image, which one of them builds and nobody pulls', () => {
    expect(new Set(processes.map(([, { image }]) => image)).size).toBe(1);
    expect(services.filter(([, { build }]) => build !== undefined).map(([name]) => name)).toEqual(['front-door']);
    expect(processes.filter(([, { pull_policy }]) => pull_policy !== 'never')).toEqual([]);
  });

  test.each(processes)('%s is stopped before whom it needs: stopping goes against starting', (name, { depends_on }) => {
    const others = processNames.filter((each) => each !== 'front-door');
    expect(Object.keys(depends_on ?? {})).toEqual(name === 'front-door' ? others : ['kafka', 'mongodb']);
  });

  test('are called by the names they are given, and send the traces they are told to', () => {
    const file = textOf('docker-compose.yml');
    for (const variable of ['FAEMBAN_PUBLIC_NAMES', 'OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG']) {
      expect(file).toContain(`${variable}: \${${variable}:-`);
    }
  });

  test.each(processes)('%s runs its own main file on its own port', (name, { command, environment }) => {
    expect(command).toEqual([`services/${name}/dist/main.js`]);
    expect(environment).toMatchObject({ FAEMBAN_PORT: String(portOf[name]), OTEL_SERVICE_NAME: name });
  });

  test.each(processes)('%s is told what it needs and nothing that nobody reads', (_, { environment = {} }) => {
    const names = Object.keys(environment);
    expect(unknownVariables(names)).toEqual([]);
    expect(names.map(variableOf)).toEqual(expect.arrayContaining([...requiredVariables]));
  });

  test.each(processes)('%s finds the others where they listen', (_, { environment = {} }) => {
    for (const name of processNames.filter((each) => each !== 'front-door')) {
      const variable = `FAEMBAN_${name.toUpperCase().replaceAll('-', '_')}_URL`;
      expect(environment[variable]).toBe(`http://${name}:${portOf[name]}`);
    }
  });

  test.each(processes)('%s has longer to stop than it takes to drain', (_, { environment = {}, ...service }) => {
    const graceMs = Number.parseInt(service.stop_grace_period ?? '0', 10) * 1000;
    expect(graceMs).toBeGreaterThan(Number(environment['FAEMBAN_DRAIN_MS_MAX']) + 5_000);
  });

  test.each(processes)('%s keeps data and keys in volumes of its own', (name, { volumes = [] }) => {
    expect(volumes).toEqual(name === 'front-door' ? [] : [`${name}-data:/data`, `${name}-keys:/keys`]);
  });

  test('only the front door and Grafana are reached from this machine, and nothing from outside it', () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
    expect(published).toEqual(['front-door 127.0.0.1:8420:8420', 'grafana 127.0.0.1:3000:3000']);
    const networks = Object.entries(compose.networks);
    expect(networks.filter(([, network]) => network?.internal !== true).map(([name]) => name)).toEqual(['edge']);
    expect(services.filter(([, each]) => each.networks.includes('edge')).map(([name]) => name)).toEqual([
      'front-door',
      'grafana',
    ]);
  });

  test('the front door cannot reach what the services store', () => {
    expect(compose.services['front-door']?.networks).not.toContain('stores');
  });
});

describe('Kafka', () => {
  interface Logging {
    readonly Configuration: {
      readonly Appenders: Readonly<Record<string, { readonly name: string }>>;
      readonly Loggers: {
        readonly Root: { readonly AppenderRef: { readonly ref: string } };
        readonly Logger: readonly { readonly name: string; readonly AppenderRef?: object }[];
      };
    };
  }
  const { environment = {}, volumes = [] } = compose.services['kafka'] ?? {};

  test('logs to standard output alone, in no file that nobody removes', () => {
    const { Appenders, Loggers } = (parse(textOf('deploy/kafka/log4j2.yaml')) as Logging).Configuration;
    expect(Object.keys(Appenders)).toEqual(['Console']);
    expect(Loggers.Root.AppenderRef.ref).toBe(Appenders['Console']?.name);
    expect(Loggers.Logger.filter((logger) => logger.AppenderRef !== undefined)).toEqual([]);
  });

  test('is told so, and writes no log of its garbage collector', () => {
    const [, path = ''] = /^-Dlog4j2\.configurationFile=(\S+)$/.exec(environment['KAFKA_LOG4J_OPTS'] ?? '') ?? [];
    const mounted = volumes.map((volume) => volume.split(':')).find(([, target = '']) => path.startsWith(`${target}/`));
    expect(existsSync(join(root, mounted?.[0] ?? '', path.slice(mounted?.[1]?.length)))).toBe(true);
    expect(environment['EXTRA_ARGS']).toBe('-name kafkaServer');
  });
});

describe('what the file refers to', () => {
  test.each(services)('%s uses volumes, networks, secrets and files that are there', (_, service) => {
    for (const network of service.networks) expect(compose.networks).toHaveProperty([network]);
    for (const secret of service.secrets ?? []) expect(compose.secrets).toHaveProperty([secret]);
    for (const { source } of service.configs ?? []) expect(compose.configs).toHaveProperty([source]);
    for (const volume of service.volumes ?? []) {
      const [source = ''] = volume.split(':');
      if (source.startsWith('.')) expect([source, existsSync(join(root, source))]).toEqual([source, true]);
      else expect(compose.volumes).toHaveProperty([source]);
    }
  });

  test('configuration files are in the tree, secrets are not', () => {
    for (const { file } of Object.values(compose.configs))
      expect([file, existsSync(join(root, file))]).toEqual([file, true]);
    for (const { file } of Object.values(compose.secrets)) {
      expect(textOf('.gitignore')).toContain(`${file.replace(/[^/]+$/, '')}\n`);
    }
  });

  describe('one command', () => {
    let scratch: string;
    const folder = () => join(scratch, 'deploy/compose');
    const make = () => spawnSync('bash', [join(folder(), 'make-secrets.sh')], { encoding: 'utf8' });
    const names = Object.keys(compose.secrets);
    beforeEach(() => {
      scratch = mkdtempSync(join(tmpdir(), 'faemban-secrets-'));
      for (const path of ['deploy/compose/make-secrets.sh', 'deploy/prometheus']) {
        cpSync(join(root, path), join(scratch, path), { recursive: true });
      }
      spawnSync('chmod', ['-R', 'a+rX', join(scratch, 'deploy')]);
    });
    afterEach(() => rmSync(scratch, { recursive: true, force: true }));

    test('makes every secret, once, in a folder for nobody else', () => {
      const values = () => names.map((name) => readFileSync(join(folder(), 'secrets', name), 'utf8'));
      expect(make().status).toBe(0);
      const first = values();
      for (const value of first) expect(value).toMatch(/^[0-9a-f]{64}$/);
      expect(new Set(first).size).toBe(names.length);
      expect(statSync(join(folder(), 'secrets')).mode & 0o777).toBe(0o700);
      expect(make().stdout).toContain('kept as it is');
      expect(values()).toEqual(first);
    });

    test.each([
      ['a file', 0o640, 'prometheus/prometheus.yml'],
      ['a folder', 0o750, 'prometheus'],
    ])('says of %s that containers could not read it, and what to do, and that helps', (_, mode, path) => {
      make();
      chmodSync(join(scratch, 'deploy', path), mode);
      const { status, stderr } = make();
      expect([status, stderr]).toEqual([1, expect.stringContaining(`deploy/${path}\n`)]);
      expect(stderr).toMatch(/[ก-๙].* · Containers cannot read/);
      const [command = ''] = /^ +find .*$/m.exec(stderr) ?? [];
      expect(spawnSync('bash', ['-c', command]).status).toBe(0);
      expect(make().status).toBe(0);
      expect(statSync(join(folder(), 'secrets')).mode & 0o777).toBe(0o700);
    });
  });
});

describe('the guide', () => {
  const guide = textOf('docs/guides/deploying-with-compose.md');

  test('upgrades by making every container anew: one that stays has the files mounted that git has replaced', () => {
    expect(guide).toMatch(/^docker compose build && docker compose down && docker compose up -d --wait$/m);
  });

  test('fixes the digest of every image that others own', () => {
    const [, named = ''] = /--lock-image-digests (.*) > /.exec(guide) ?? [];
    const others = services.filter(([, { image }]) => !image.includes('faemban')).map(([name]) => name);
    expect(named.split(' ').sort()).toEqual(others.sort());
  });

  test('makes the folders that it backs up into', () => {
    const mounted = Array.from(guide.matchAll(/"\$PWD\/([a-z-]+):/g), ([, folder = '']) => folder);
    expect(mounted).toEqual(['backup', 'backup-keys']);
    expect(guide).toContain(`mkdir -p ${mounted.join(' ')}`);
  });
});

describe('what Prometheus and the collector are told', () => {
  interface Scraping {
    readonly rule_files: readonly string[];
    readonly scrape_configs: readonly {
      readonly job_name: string;
      readonly dns_sd_configs?: readonly { readonly names: readonly string[]; readonly port: number }[];
      readonly static_configs?: readonly { readonly targets: readonly string[] }[];
    }[];
  }
  const scraping = parse(textOf('deploy/prometheus/prometheus.yml')) as Scraping;

  test('every process is scraped under its own name and port', () => {
    const found = scraping.scrape_configs.flatMap(({ job_name, dns_sd_configs = [] }) =>
      dns_sd_configs.map(({ names, port }) => [job_name, names[0], port]),
    );
    expect(found).toEqual(processNames.map((name) => [name, name, portOf[name]]));
  });

  test('other targets are containers of this file', () => {
    const hosts = scraping.scrape_configs
      .flatMap(({ static_configs = [] }) => static_configs.flatMap(({ targets }) => targets))
      .map((target) => target.split(':')[0] ?? '');
    expect(hosts.filter((host) => host !== '127.0.0.1' && !(host in compose.services))).toEqual([]);
  });

  test('room is watched wherever something is kept that processes do not keep themselves', () => {
    const seen = (compose.services['node-exporter']?.volumes ?? []).map((volume) => volume.split(':'));
    expect(seen.map(([volume]) => volume)).toEqual(['kafka-data', 'mongodb-data']);
    for (const [, target, mode] of seen) {
      expect(mode).toBe('ro');
      expect(textOf(alertsFile)).toContain(`node_filesystem_avail_bytes{mountpoint=~"/volumes/(kafka|mongodb)"}`);
      expect(target).toMatch(/^\/volumes\/(kafka|mongodb)$/);
    }
  });

  test('the alert rules are mounted where they are looked for', () => {
    const mounted = (compose.services['prometheus']?.volumes ?? []).map((volume) => volume.split(':')[1]);
    expect(mounted).toEqual(expect.arrayContaining([...scraping.rule_files]));
  });

  test.each(['config.yaml', 'forward.yaml'])('every pipeline of %s is of parts that are defined', (file) => {
    type Parts = Readonly<Record<string, object>>;
    interface Collector {
      readonly receivers?: Parts;
      readonly processors?: Parts;
      readonly connectors?: Parts;
      readonly exporters?: Parts;
      readonly service: { readonly pipelines: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> };
    }
    const read = (name: string) => parse(textOf(`deploy/otel-collector/${name}`)) as Collector;
    const [base, laidOver] = [read('config.yaml'), read(file)];
    const defined = (kind: 'receivers' | 'processors' | 'exporters') =>
      Object.keys({ ...base[kind], ...laidOver[kind], ...(kind === 'processors' ? {} : base.connectors) });
    for (const pipeline of Object.values(laidOver.service.pipelines)) {
      for (const kind of ['receivers', 'processors', 'exporters'] as const) {
        expect(defined(kind)).toEqual(expect.arrayContaining([...(pipeline[kind] ?? [])]));
      }
    }
  });

  test('what the collector makes of traces has the names that a dashboard asks for', () => {
    interface Connectors {
      readonly connectors: {
        readonly spanmetrics: { readonly namespace: string; readonly histogram: { readonly unit: string } };
      };
    }
    const { connectors } = parse(textOf('deploy/otel-collector/config.yaml')) as Connectors;
    const { namespace, histogram } = connectors.spanmetrics;
    const prefix = namespace.replaceAll('.', '_');
    const unit = { s: 'seconds', ms: 'milliseconds' }[histogram.unit];
    const asked = expressionsOfDashboards().flatMap(metricsIn);
    expect(asked).toEqual(expect.arrayContaining([`${prefix}_duration_${unit}`, `${prefix}_calls_total`]));
  });

  test('traces are sent where the collector takes them', () => {
    expect(compose.services['front-door']?.environment?.['OTEL_EXPORTER_OTLP_ENDPOINT']).toBe(
      'http://otel-collector:4318',
    );
    expect(textOf('deploy/otel-collector/config.yaml')).toContain('http: { endpoint: 0.0.0.0:4318 }');
  });
});
