import { alerts } from '../alerts/alert-rules';
import { callsOf, keepsFiles, portOf, processNames } from '../agreed/processes';
import { requiredVariables, unknownVariables, variableOf } from '../agreed/variables';
import { describeWithDeployChecks } from '../programs/describe-with';
import {
  chartFolder,
  everything,
  rendered,
  said,
  selects,
  sizes,
  valuesOf,
  type Manifest,
  type PodTemplate,
} from './chart';

interface Workload {
  readonly manifest: Manifest;
  readonly name: string;
  readonly pod: PodTemplate;
}

const component = 'app.kubernetes.io/component';

const workloadsOf = (manifests: readonly Manifest[]): readonly Workload[] =>
  manifests.flatMap((manifest) => {
    const pod = manifest.spec?.template;
    return pod === undefined ? [] : [{ manifest, pod, name: pod.metadata.labels[component] ?? '' }];
  });

describeWithDeployChecks('the chart, rendered by Helm and read by Kubernetes’ own types', (run) => {
  describe.each(sizes)('for a %s', (size) => {
    let manifests: readonly Manifest[];
    let workloads: readonly Workload[];
    const ofKind = (kind: string) => manifests.filter((each) => each.kind === kind);
    beforeAll(() => {
      manifests = rendered(run, valuesOf(size), ...everything).manifests;
      workloads = workloadsOf(manifests);
    });

    test('has every process once, those that keep files with volumes of their own', () => {
      expect(workloads.map(({ name }) => name).sort()).toEqual([...processNames].sort());
      for (const { manifest, name } of workloads) {
        expect([name, manifest.kind]).toEqual([name, keepsFiles.includes(name) ? 'StatefulSet' : 'Deployment']);
        const volumes = manifest.spec.volumeClaimTemplates?.map(({ metadata }) => metadata.name) ?? [];
        expect(volumes).toEqual(keepsFiles.includes(name) ? ['data', 'keys'] : []);
        if (keepsFiles.includes(name)) expect(manifest.spec.replicas).toBe(1);
      }
    });

    test('runs each as a user without rights, on an image it cannot write', () => {
      for (const { pod } of workloads) {
        expect(pod.spec).toMatchObject({
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            fsGroup: 1000,
            seccompProfile: { type: 'RuntimeDefault' },
          },
        });
        expect(pod.spec.containers[0].securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
    });

    test('starts each process with its own main file and port, asks it how it is, and bounds what it takes', () => {
      for (const { pod, name } of workloads) {
        const [container] = pod.spec.containers;
        expect(container.args).toEqual([`services/${name}/dist/main.js`]);
        expect(container.ports).toMatchObject([{ name: 'http', containerPort: portOf[name] }]);
        expect(container.startupProbe.httpGet).toEqual({ path: '/health/live', port: 'http' });
        expect(container.livenessProbe.httpGet).toEqual({ path: '/health/live', port: 'http' });
        // What a front door says of a missing service is an answer, too.
        const readyAt = name === 'front-door' ? '/health/live' : '/health/ready';
        expect(container.readinessProbe.httpGet).toEqual({ path: readyAt, port: 'http' });
        expect(container.resources.requests).toMatchObject({ cpu: expect.anything() as unknown });
        expect(container.resources.limits).toHaveProperty('memory');
        expect(container.image).toBe('registry.example/faemban:0.1.0');
      }
    });

    test('mounts everything that it names, and names what it mounts', () => {
      for (const { pod, manifest } of workloads) {
        const claims = manifest.spec.volumeClaimTemplates?.map(({ metadata }) => metadata.name) ?? [];
        const there = [...pod.spec.volumes.map(({ name }) => name), ...claims].sort();
        expect(pod.spec.containers[0].volumeMounts.map(({ name }) => name).sort()).toEqual(there);
        for (const { configMapRef } of pod.spec.containers[0].envFrom) {
          expect(ofKind('ConfigMap').map(({ metadata }) => metadata.name)).toContain(configMapRef.name);
        }
        expect(ofKind('ServiceAccount').map(({ metadata }) => metadata.name)).toContain(pod.spec.serviceAccountName);
      }
    });

    test('tells each what it needs and nothing that nobody reads', () => {
      for (const { pod } of workloads) {
        const [{ env, envFrom }] = pod.spec.containers;
        const given = envFrom.flatMap(({ configMapRef }) =>
          Object.keys(ofKind('ConfigMap').find(({ metadata }) => metadata.name === configMapRef.name)?.data ?? {}),
        );
        const names = [...given, ...env.map(({ name }) => name)];
        expect(unknownVariables(names)).toEqual([]);
        expect(names.map(variableOf)).toEqual(expect.arrayContaining([...requiredVariables]));
      }
    });

    test('gives each longer to stop than it takes to drain', () => {
      const drainMs = Number(
        ofKind('ConfigMap').find(({ data }) => data?.['FAEMBAN_DRAIN_MS_MAX'])?.data?.['FAEMBAN_DRAIN_MS_MAX'],
      );
      for (const { pod } of workloads) {
        expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drainMs / 1000 + 10);
      }
    });

    test('holds no secret: each is named, and given as a file', () => {
      expect(ofKind('Secret')).toEqual([]);
      for (const { pod, name } of workloads) {
        const [{ env }] = pod.spec.containers;
        expect(env.filter(({ name }) => /TOKEN|PASSWORD|MONGODB_URL|USERNAME/.test(name))).toEqual([]);
        const named = pod.spec.volumes.flatMap(
          ({ projected }) => projected?.sources.flatMap(({ secret }) => secret?.name ?? []) ?? [],
        );
        expect(named).toEqual(['token-of-ours', 'mongodb-of-ours', 'kafka-of-ours']);
        const keys = pod.spec.volumes.flatMap(({ secret }) => secret?.secretName ?? []);
        expect(keys).toEqual(
          { 'mpi-scoring': ['scoring-keys-of-ours'], reporting: ['reporting-keys-of-ours'] }[name] ?? [],
        );
      }
      const settings = ofKind('ConfigMap').flatMap(({ data = {} }) => Object.keys(data));
      expect(settings.filter((name) => /TOKEN|PASSWORD|MONGODB_URL$/.test(name) && !name.endsWith('_FILE'))).toEqual(
        [],
      );
    });

    test('mounts every file that a variable names, the authorities from a ConfigMap', () => {
      const named = ofKind('ConfigMap').flatMap(({ data = {} }) =>
        Object.entries(data).flatMap(([name, value]) => (name.endsWith('_FILE') ? [value] : [])),
      );
      expect(named).toHaveLength(5);
      for (const { pod } of workloads) {
        const sources = pod.spec.volumes.flatMap(({ projected }) => projected?.sources ?? []);
        const paths = sources.flatMap(
          ({ secret, configMap }) => (secret ?? configMap)?.items.map(({ path }) => path) ?? [],
        );
        expect(paths.map((path) => `/run/secrets/faemban/${path}`).sort()).toEqual([...named].sort());
        expect(sources.flatMap(({ configMap }) => configMap?.name ?? [])).toEqual(['ca-of-ours']);
      }
    });

    test('every service and budget is for the pods of one process', () => {
      for (const { spec, metadata } of [...ofKind('Service'), ...ofKind('PodDisruptionBudget')]) {
        const selector = spec.selector?.matchLabels ?? (spec.selector as Record<string, string>);
        const selected = workloads.filter(({ pod }) => selects(selector, pod.metadata.labels)).map(({ name }) => name);
        expect([metadata.name, selected.length]).toEqual([metadata.name, 1]);
        for (const { port, targetPort } of spec.ports ?? []) {
          expect([metadata.name, port, targetPort]).toEqual([metadata.name, portOf[selected[0] ?? ''], 'http']);
        }
      }
      expect(ofKind('PodDisruptionBudget')).toHaveLength(processNames.length);
      expect(ofKind('PodDisruptionBudget').every(({ spec }) => spec.maxUnavailable === 1)).toBe(true);
    });

    test('addresses that the processes are told are services of the chart', () => {
      const services = ofKind('Service').map(
        ({ metadata, spec }) => `http://${metadata.name}:${spec.ports?.[0]?.port}`,
      );
      const told = [
        ...ofKind('ConfigMap').flatMap(({ data = {} }) => Object.entries(data)),
        ...workloads.flatMap(({ pod }) =>
          pod.spec.containers[0].env.map(({ name, value = '' }) => [name, value] as const),
        ),
      ].filter(([name]) => /^FAEMBAN_(?!MONGODB).*_URL$/.test(name));
      expect(told).toHaveLength(4);
      for (const [, address] of told) expect(services).toContain(address);
    });

    test('every service is a name with the address of each of its pods, ready or not; the front door is one address', () => {
      const names = Object.fromEntries(
        ofKind('Service').map(({ metadata, spec }) => [metadata.labels?.[component] ?? '', { metadata, spec }]),
      );
      expect(Object.keys(names).sort()).toEqual([...processNames].sort());
      for (const { manifest, name, pod } of workloads) {
        const { metadata, spec } = names[name] ?? {};
        if (name === 'front-door') {
          expect([spec?.clusterIP, spec?.publishNotReadyAddresses]).toEqual([undefined, undefined]);
          continue;
        }
        expect(spec).toMatchObject({
          ...{ clusterIP: 'None', publishNotReadyAddresses: true, ipFamilyPolicy: 'SingleStack' },
        });
        // Nobody translates ports on the way to a pod's own address.
        expect(spec?.ports?.[0]?.port).toBe(pod.spec.containers[0].ports[0]?.containerPort);
        if (keepsFiles.includes(name)) expect(manifest.spec.serviceName).toBe(metadata?.name);
      }
    });

    test('grows by lag, never beyond its partitions', () => {
      const partitions = Number(
        ofKind('ConfigMap').find(({ data }) => data?.['FAEMBAN_PARTITION_COUNT'])?.data?.['FAEMBAN_PARTITION_COUNT'],
      );
      const scalers = ofKind('HorizontalPodAutoscaler');
      expect(scalers).toHaveLength(size === 'district' ? 0 : 3);
      for (const { spec } of scalers) {
        const target = workloads.find(({ manifest }) => manifest.metadata.name === spec.scaleTargetRef?.name);
        expect(target?.manifest).toMatchObject({ kind: 'Deployment' });
        expect(target?.manifest.spec.replicas).toBeUndefined();
        expect(spec.maxReplicas).toBeLessThanOrEqual(partitions);
        if (target?.name !== 'front-door') expect(spec.metrics?.[0]?.pods?.metric.name).toBe('faemban_lag_events');
      }
    });

    describe('on the network', () => {
      const policyOf = (name: string) =>
        ofKind('NetworkPolicy').find(({ metadata }) => metadata.name === `faemban-${name}`);
      const componentsIn = (
        peers: readonly { readonly podSelector?: { readonly matchLabels?: Readonly<Record<string, string>> } }[] = [],
      ) => peers.flatMap(({ podSelector }) => podSelector?.matchLabels?.[component] ?? []);

      test('every pod is denied all that is not allowed', () => {
        const deny = policyOf('deny');
        expect(deny?.spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'] });
        expect(deny?.spec.ingress ?? deny?.spec.egress).toBeUndefined();
        for (const { pod } of workloads)
          expect(selects(deny?.spec.podSelector?.matchLabels, pod.metadata.labels)).toBe(true);
      });

      test('who may call is who may be called, on the same port', () => {
        const allowed = (name: string, direction: 'ingress' | 'egress') =>
          (policyOf(name)?.spec[direction] ?? []).flatMap(({ ports, from, to }) =>
            componentsIn(from ?? to).map((other) => ({ other, port: ports[0]?.port })),
          );
        for (const name of processNames) {
          expect([name, allowed(name, 'egress').map(({ other }) => other)]).toEqual([name, callsOf[name]]);
          for (const { other, port } of allowed(name, 'egress')) {
            expect(port).toBe(portOf[other]);
            expect(allowed(other, 'ingress')).toContainEqual({ other: name, port });
          }
          for (const { other } of allowed(name, 'ingress')) {
            expect(allowed(other, 'egress')).toContainEqual({ other: name, port: portOf[name] });
          }
        }
      });

      test('the front door reaches the services and no store, and nobody reaches it but whom values name', () => {
        const ports = (policyOf('front-door')?.spec.egress ?? []).flatMap((rule) => rule.ports.map(({ port }) => port));
        expect([...new Set(ports)].sort()).toEqual([4318, 53, 8421, 8422, 8423, 8424]);
        expect(policyOf('front-door')?.spec.ingress ?? []).toEqual([]);
      });
    });

    test('brings every alert with the address of its runbook, and the ingress with its certificate', () => {
      const [rule] = ofKind('PrometheusRule');
      const addresses = rule?.spec.groups?.flatMap(({ rules }) =>
        rules.flatMap(({ annotations }) => annotations?.['runbook_url'] ?? []),
      );
      expect(addresses).toHaveLength(alerts().length);
      for (const address of addresses ?? [])
        expect(address).toMatch(/^https:\/\/git\.example\/faemban\/docs\/runbooks\/[a-z-]+\.md$/);
      const [ingress] = ofKind('Ingress');
      expect(ingress?.spec.tls?.[0]?.secretName).toBe('tls-of-ours');
      const frontDoor = workloads.find(({ name }) => name === 'front-door');
      expect(frontDoor?.pod.spec.containers[0].env).toContainEqual({
        name: 'FAEMBAN_PUBLIC_NAMES',
        value: 'faemban.example',
      });
      expect(ingress?.spec.rules?.[0]?.http.paths[0]?.backend.service.name).toBe('faemban-front-door');
      expect(ofKind('ConfigMap').filter(({ metadata }) => metadata.name.includes('dashboard'))).toHaveLength(6);
    });

    test('helm lint finds no fault', () => {
      const { status, stdout } = run('lint', chartFolder, valuesOf(size), ...everything);
      const { messages } = JSON.parse(stdout) as { messages: string[] };
      expect([status, messages.filter((message) => !/icon is recommended/.test(message))]).toEqual([0, []]);
    });
  });

  test('without extras nothing of the Prometheus operator, no ingress and no traces are installed', () => {
    const { manifests, notes } = rendered(run, valuesOf('district'), ...said);
    expect(manifests.filter(({ kind }) => /Monitor|PrometheusRule|Ingress$/.test(kind))).toEqual([]);
    expect(manifests.flatMap(({ data = {} }) => Object.keys(data)).filter((name) => name.startsWith('OTEL'))).toEqual(
      [],
    );
    expect(notes).toMatch(/port-forward svc\/faemban-front-door 8420:8420/);
    expect(notes).toMatch(/ยังไม่มีการแจ้งเตือน · No alert rules/);
  });

  test.each([
    ['without the chart’s name in it', 'a-long-name-for-the-province-of-surat-thani-in-the-so'],
    ['with it beyond where names are cut', 'the-province-of-surat-thani-in-the-south-faemban-one1'],
    ['with it', 'faemban-of-the-province-of-surat-thani-in-the-south-x'],
    ['that is short', 'surat'],
  ])('a release whose name is long or short, %s, has names that Kubernetes takes', (_, release) => {
    const { manifests } = rendered(run, `--release=${release}`, valuesOf('province'), ...everything);
    const named = new Set(manifests.map(({ kind, metadata: { name } }) => `${kind} ${name}`));
    expect(named.size).toBe(manifests.length);
    for (const { kind, metadata } of manifests) {
      expect([kind, metadata.name.length <= (kind === 'StatefulSet' ? 52 : 63)]).toEqual([kind, true]);
      expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
      // By which alerts know the volumes of the installation.
      expect(metadata.name).toContain('faemban');
    }
    const labels = [
      ...manifests.flatMap(({ metadata }) => Object.values(metadata.labels ?? {})),
      ...workloadsOf(manifests).flatMap(({ pod }) => Object.values(pod.metadata.labels)),
    ];
    expect(labels.filter((value) => value.length > 63)).toEqual([]);
  });

  test('each process may be given more variables, all the sampling of traces, the front door more names', () => {
    const { manifests } = rendered(
      run,
      ...everything,
      ...['services.reporting.extraEnv[0].name=NODE_OPTIONS', 'services.reporting.extraEnv[0].value=--trace-warnings'],
      ...['publicNames={faemban.local,intranet}', 'telemetry.sampler=always_on'],
    );
    const envOf = (process: string) =>
      workloadsOf(manifests).find(({ name }) => name === process)?.pod.spec.containers[0].env ?? [];
    expect(envOf('reporting')).toContainEqual({ name: 'NODE_OPTIONS', value: '--trace-warnings' });
    expect(envOf('mpi-scoring').map(({ name }) => name)).not.toContain('NODE_OPTIONS');
    expect(envOf('front-door')).toContainEqual({
      name: 'FAEMBAN_PUBLIC_NAMES',
      value: 'faemban.example,faemban.local,intranet',
    });
    const settings = Object.assign({}, ...manifests.map(({ data = {} }) => data)) as Record<string, string>;
    expect(settings).toMatchObject({ OTEL_TRACES_SAMPLER: 'always_on', OTEL_TRACES_SAMPLER_ARG: '0.01' });
  });

  test('what an operator of Prometheus looks for stands on what it is to find', () => {
    const { manifests } = rendered(
      run,
      ...everything,
      ...['monitoring.serviceMonitor.labels.release=stack', 'monitoring.prometheusRule.labels.release=stack'],
    );
    const found = manifests.filter(({ metadata }) => metadata.labels?.['release'] === 'stack').map(({ kind }) => kind);
    expect(found.sort()).toEqual(['PrometheusRule', 'ServiceMonitor']);
  });

  test('an image can be named by its digest, which wins over the tag', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const { manifests } = rendered(run, ...said, `image.digest=${digest}`, 'image.tag=9.9.9');
    expect(workloadsOf(manifests)[0]?.pod.spec.containers[0].image).toBe(`registry.example/faemban@${digest}`);
  });

  test.each([
    [
      'nothing that an installation has to say',
      [],
      /image\/repository[^]*serviceToken|serviceToken[^]*image\/repository/,
    ],
    ['a secret in place of its name', [...said, 'serviceToken.value=0123456789'], /serviceToken.*value/],
    ['a certificate in place of its name', [...said, 'trustedCa.ca=-----BEGIN'], /trustedCa.*ca/],
    ['a second holder of files', [...said, 'services.ingestion.replicas=2'], /services\/ingestion\/replicas/],
    [
      'more instances than partitions',
      [...said, 'services.reporting.replicas=33'],
      /only 32 partitions can be shared out/,
    ],
    [
      'an ingress without a certificate',
      [...said, 'ingress.enabled=true', 'ingress.host=a.example'],
      /ingress\/tlsSecret/,
    ],
    ['a sampler that there is not', [...said, 'telemetry.sampler=often'], /telemetry\/sampler/],
    ['a setting that is misspelt', [...said, 'partitonCount=16'], /partitonCount/],
    [
      'a peer that Kubernetes does not know',
      [...said, 'networkPolicy.frontDoorFrom[0].podSelectr.a=b'],
      /unknown field.*podSelectr/,
    ],
  ])('%s is refused', (_, values, named) => {
    const { status, stderr } = run('render', chartFolder, ...values);
    expect([status, stderr]).toEqual([1, expect.stringMatching(named)]);
  });
});
