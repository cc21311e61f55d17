/** Every variable that a process of the distributed profile reads. Each may be given as `<name>_FILE`, which names a file with the value. */
export const variables = [
  'FAEMBAN_HOST',
  'FAEMBAN_PORT',
  'FAEMBAN_PRIVATE_NETWORK',
  'FAEMBAN_PUBLIC_NAMES',
  'FAEMBAN_MONGODB_URL',
  'FAEMBAN_MONGODB_DATABASE_PREFIX',
  'FAEMBAN_MONGODB_REPLACES_ATOMICALLY',
  'FAEMBAN_KAFKA_BROKERS',
  'FAEMBAN_KAFKA_REPLICATION_FACTOR',
  'FAEMBAN_KAFKA_TLS',
  'FAEMBAN_KAFKA_USERNAME',
  'FAEMBAN_KAFKA_PASSWORD',
  'FAEMBAN_TRUSTED_CA',
  'FAEMBAN_PARTITION_COUNT',
  'FAEMBAN_SERVICE_TOKEN',
  'FAEMBAN_KEYS_DIR',
  'FAEMBAN_DATA_DIR',
  'FAEMBAN_INGESTION_URL',
  'FAEMBAN_IDENTITY_VERIFICATION_URL',
  'FAEMBAN_MPI_SCORING_URL',
  'FAEMBAN_REPORTING_URL',
  'FAEMBAN_DRAIN_MS_MAX',
  'FAEMBAN_SEAL_EVERY_SECONDS',
  'FAEMBAN_LOG_LEVEL',
] as const;

/** What a process cannot do without. */
export const requiredVariables = [
  'FAEMBAN_PORT',
  'FAEMBAN_MONGODB_URL',
  'FAEMBAN_KAFKA_BROKERS',
  'FAEMBAN_SERVICE_TOKEN',
  'FAEMBAN_PARTITION_COUNT',
] as const;

/** OpenTelemetry's own variables that are set here. */
export const telemetryVariables = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_SERVICE_NAME',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
];

/** The variable that a name sets, itself or by a file. */
export const variableOf = (name: string): string => name.replace(/_FILE$/, '');

/** Names that no process reads. */
export function unknownVariables(names: readonly string[]): string[] {
  const known = new Set<string>([...variables, ...telemetryVariables]);
  return names.filter((name) => !known.has(variableOf(name)));
}

/** The key of a configuration's schema: `FAEMBAN_KAFKA_TLS` is `kafkaTls`. */
export const keyOf = (variable: string): string =>
  variable
    .replace('FAEMBAN_', '')
    .toLowerCase()
    .replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
