import { createRequire } from 'node:module';

/** How long a stop waits for what is not sent yet, in milliseconds. What a collector has not taken by then is lost. */
export const stopMsMax = 3_000;

/** The variables of OpenTelemetry that are read here; the SDK reads others of its own. */
export type TelemetryEnvironment = Readonly<Record<string, string | undefined>>;

/** Something about telemetry that the log should have: traces are lost, or no longer. */
export interface Said {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly error?: unknown;
}

/** Whose traces are sent, and where to. */
export interface TelemetryOptions {
  /** The process' name, e.g. `mpi-scoring`. */
  readonly service: string;
  readonly version: string;
  /** Tells several processes of one service apart, e.g. a pod's name. */
  readonly instance: string;
  /** The process' environment. Nothing is sent, and nothing of the SDK loaded, unless it has `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly environment: TelemetryEnvironment;
  /** Hears once when the collector stops taking traces, and once when it takes them again. */
  readonly say: (said: Said) => void;
}

/** Telemetry of a process, as long as it runs. */
export interface Telemetry {
  readonly isOn: boolean;
  /** Sends what is waiting, within {@link stopMsMax}; answers whether all of it went. Repeating it gives the same answer. */
  stop(): Promise<'sent' | 'given-up'>;
}

/**
 * Starts telemetry where it is configured. Call it before a server is made, since what is traced is decided then. A collector that is
 * down, slow or refusing neither slows nor ends the process: at most 2,048 spans wait (`OTEL_BSP_MAX_QUEUE_SIZE`), others are dropped.
 */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint = '', OTEL_SDK_DISABLED: disabled = '' } = options.environment;
  if (endpoint.trim() === '' || disabled.trim().toLowerCase() === 'true') return off;
  // Loaded here alone: the SDK is some 500 modules. Node's own `import` finds no names in CommonJS packages.
  const { startSdk } = createRequire(__filename)('./sdk') as typeof import('./sdk');
  const sdk = startSdk(options);
  let stopping: ReturnType<Telemetry['stop']> | undefined;
  return { isOn: true, stop: () => (stopping ??= within(stopMsMax, sdk.shutdown())) };
}

const off: Telemetry = { isOn: false, stop: () => Promise.resolve('sent') };

/** Whether the work is done in time. What it fails with was said already, by whoever sends. */
async function within(ms: number, work: Promise<void>): Promise<'sent' | 'given-up'> {
  const limit = Promise.withResolvers<'given-up'>();
  const timer = setTimeout(() => limit.resolve('given-up'), ms);
  const done = work.then(
    () => 'sent' as const,
    () => 'given-up' as const,
  );
  try {
    return await Promise.race([done, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}
