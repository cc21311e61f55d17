import type { Run } from '../programs/describe-with';
import { join } from 'node:path';
import { root } from '../tree';

/** Where the chart is. */
export const chartFolder = join(root, 'deploy/helm/faemban');

/** Its sizes, each a values file. */
export const sizes = ['district', 'province', 'nation'] as const;

/** What every installation has to say. */
export const said = [
  'image.repository=registry.example/faemban',
  'serviceToken.existingSecret=token-of-ours',
  'mongodb.existingSecret=mongodb-of-ours',
  'kafka.brokers={kafka-0.example:9093,kafka-1.example:9093}',
  'services.mpiScoring.signingKeys.existingSecret=scoring-keys-of-ours',
  'services.reporting.signingKeys.existingSecret=reporting-keys-of-ours',
];
/** Everything that can be switched on. */
export const everything = [
  ...said,
  'kafka.existingSecret=kafka-of-ours',
  'trustedCa.existingConfigMap=ca-of-ours',
  'telemetry.endpoint=http://collector.example:4318',
  'ingress.enabled=true',
  'ingress.host=faemban.example',
  'ingress.tlsSecret=tls-of-ours',
  'monitoring.serviceMonitor.enabled=true',
  'monitoring.prometheusRule.enabled=true',
  'monitoring.dashboards.enabled=true',
  'monitoring.runbookBase=https://git.example/faemban/',
];

type Labels = Readonly<Record<string, string>>;
interface Selector {
  readonly matchLabels?: Labels;
}
interface Variable {
  readonly name: string;
  readonly value?: string;
}
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

/** The container of a process. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly Variable[];
  readonly envFrom: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly resources: { readonly requests?: Labels; readonly limits?: Labels };
  readonly securityContext: object;
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

/** What files of a volume come from. */
export interface Source {
  readonly secret?: Files;
  readonly configMap?: Files;
}
interface Files {
  readonly name: string;
  readonly items: readonly { readonly key: string; readonly path: string }[];
}

/** The pod of a process. */
export interface PodTemplate {
  readonly metadata: { readonly labels: Labels };
  readonly spec: {
    readonly serviceAccountName: string;
    readonly automountServiceAccountToken: boolean;
    readonly terminationGracePeriodSeconds: number;
    readonly securityContext: object;
    readonly topologySpreadConstraints: readonly { readonly labelSelector: Selector }[];
    readonly containers: readonly [Container];
    readonly volumes: readonly {
      readonly name: string;
      readonly secret?: { readonly secretName: string };
      readonly projected?: { readonly sources: readonly Source[] };
    }[];
  };
}

/** A rule of a network policy. */
export interface NetworkRule {
  readonly ports: readonly { readonly port: number; readonly protocol: string }[];
  readonly from?: readonly { readonly podSelector?: Selector }[];
  readonly to?: readonly { readonly podSelector?: Selector }[];
}

/** A manifest, as far as it is looked at. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Labels };
  readonly data?: Labels;
  readonly spec: {
    readonly replicas?: number;
    readonly clusterIP?: string;
    readonly publishNotReadyAddresses?: boolean;
    readonly ipFamilyPolicy?: string;
    readonly selector?: Labels & Selector;
    readonly serviceName?: string;
    readonly template?: PodTemplate;
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
    readonly podSelector?: Selector;
    readonly ingress?: readonly NetworkRule[];
    readonly egress?: readonly NetworkRule[];
    readonly ports?: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[];
    readonly scaleTargetRef?: { readonly kind: string; readonly name: string };
    readonly maxReplicas?: number;
    readonly minReplicas?: number;
    readonly metrics?: readonly {
      readonly type: string;
      readonly pods?: { readonly metric: { readonly name: string } };
    }[];
    readonly maxUnavailable?: number;
    readonly groups?: readonly { readonly rules: readonly { readonly annotations?: Labels }[] }[];
    readonly tls?: readonly { readonly secretName: string }[];
    readonly rules?: readonly {
      readonly http: {
        readonly paths: readonly { readonly backend: { readonly service: { readonly name: string } } }[];
      };
    }[];
  };
}

/** The chart as it would be installed. @throws Error with Helm's or Kubernetes' refusal */
export function rendered(run: Run, ...values: readonly string[]): { manifests: readonly Manifest[]; notes: string } {
  const { status, stdout, stderr } = run('render', chartFolder, ...values);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as { manifests: readonly Manifest[]; notes: string };
}

/** The values file of a size. */
export const valuesOf = (size: string): string => join(chartFolder, `values-${size}.yaml`);

/** Whether labels are selected. */
export const selects = (selector: Labels | undefined, labels: Labels): boolean =>
  Object.entries(selector ?? {}).every(([key, value]) => labels[key] === value);
