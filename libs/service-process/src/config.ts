import type { ContextName } from '@faemban/contracts';
import { logLevels, readConfig, readSecretFiles, StartRefused } from '@faemban/nest-kit';
import { z } from 'zod';
import { hasCertificates } from './trusted-authorities';

const addresses = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1));
const brokers = z
  .string()
  .transform((text) => text.split(',').map((each) => each.trim()))
  .pipe(z.array(z.string().regex(/^[^:\s]+:\d{1,5}$/)).min(1));
const flag = (byDefault: boolean) =>
  z
    .enum(['true', 'false'])
    .default(byDefault ? 'true' : 'false')
    .transform((value) => value === 'true');

/**
 * Everything that can be set of one service's process. `mongodbUrl` comes from `FAEMBAN_MONGODB_URL`, and so on; what is secret may be in
 * a file that the variable with `_FILE` behind it names.
 */
export const processConfigSchema = z.strictObject({
  /** Address to listen on; one other than this machine's own needs `privateNetwork`. */
  host: z.string().min(1).default('127.0.0.1'),
  /** Port; 0 takes any free one. The service's own unless given. */
  port: z.coerce.number().int().min(0).max(65535).optional(),
  /** Whether only the platform's own processes reach this address: there are no accounts yet. */
  privateNetwork: flag(false),
  /** What the platform's processes show each other, at least 32 characters. */
  serviceToken: z.string().min(32),
  /** `mongodb://…`, with credentials where they are needed. */
  mongodbUrl: z.string().regex(/^mongodb(\+srv)?:\/\/.+/),
  /** A service's database is this, a hyphen and its name. */
  mongodbDatabasePrefix: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/)
    .default('faemban'),
  /** Whether the server replaces a document atomically under a condition, as MongoDB does; without it one process of a service writes. */
  mongodbReplacesAtomically: flag(true),
  /** `host:port` of brokers, separated by commas. */
  kafkaBrokers: brokers,
  /** On how many brokers each event is kept; three where there are three. */
  kafkaReplicationFactor: z.coerce.number().int().min(1).max(7).default(1),
  kafkaTls: flag(false),
  /** SCRAM-SHA-512; both or none. */
  kafkaUsername: z.string().min(1).optional(),
  kafkaPassword: z.string().min(1).optional(),
  /** Certificates in PEM of authorities that are trusted besides the well-known ones, of Kafka's brokers, of MongoDB's servers, of any. */
  trustedCa: z.string().refine(hasCertificates, { error: 'This must be certificates in PEM.' }).optional(),
  /** Partitions of every log, fixed by the first start. */
  partitionCount: z.coerce.number().int().min(1).max(1024).default(32),
  /** Folder of keys; may be read-only once they are there. */
  keysDir: z.string().min(1).default('keys'),
  /** Folder of the files that some services keep of their own. */
  dataDir: z.string().min(1).default('.data'),
  /** Where the other services answer, one or several addresses separated by commas. */
  ingestionUrl: addresses.optional(),
  identityVerificationUrl: addresses.optional(),
  mpiScoringUrl: addresses.optional(),
  reportingUrl: addresses.optional(),
  /** How long a stop waits for requests and batches under way, in milliseconds. */
  drainMsMax: z.coerce.number().int().min(0).max(600_000).default(10_000),
  /** Seconds after which unsealed events are sealed; 0 seals only when asked. */
  sealEverySeconds: z.coerce.number().int().min(0).max(86_400).default(300),
  /** How much is logged, as JSON lines on standard error. */
  logLevel: z.enum(logLevels).default('warn'),
});
/** See {@link processConfigSchema}. */
export type ProcessConfig = z.infer<typeof processConfigSchema>;

const kafkaUser = ['FAEMBAN_KAFKA_USERNAME', 'FAEMBAN_KAFKA_PASSWORD'];
/** What may be in a file: secrets, and what is too long for a variable. */
const inFiles = ['FAEMBAN_SERVICE_TOKEN', 'FAEMBAN_MONGODB_URL', 'FAEMBAN_TRUSTED_CA', ...kafkaUser];

const urlFieldOf: Partial<Record<ContextName, keyof ProcessConfig>> = {
  ingestion: 'ingestionUrl',
  'identity-verification': 'identityVerificationUrl',
  'mpi-scoring': 'mpiScoringUrl',
  reporting: 'reportingUrl',
};

/** Where another service answers. @throws StartRefused where it is not told */
export function addressesOf(config: ProcessConfig, context: ContextName): readonly string[] {
  const field = urlFieldOf[context];
  const urls = field === undefined ? undefined : (config[field] as readonly string[] | undefined);
  if (urls !== undefined) return urls;
  const name = `FAEMBAN_${context.toUpperCase().replaceAll('-', '_')}_URL`;
  throw new StartRefused({
    th: `ต้องตั้ง ${name} เป็นที่อยู่ของบริการ ${context}`,
    en: `${name} must be set: it is where the service ${context} answers.`,
  });
}

/**
 * Reads a process's configuration out of its environment.
 * @throws StartRefused naming everything that cannot be used, or that `needs` asks for and is not there, at once
 */
export function readProcessConfig(
  environment: Readonly<Record<string, string | undefined>>,
  needs: readonly ContextName[] = [],
): ProcessConfig {
  const values = readSecretFiles(environment, inFiles);
  const hasKafkaUser = kafkaUser.some((name) => (values[name] ?? '') !== '');
  const schema = processConfigSchema.required(
    Object.fromEntries([
      ...needs.flatMap((context) => (urlFieldOf[context] ? [[urlFieldOf[context], true]] : [])),
      ...(hasKafkaUser
        ? [
            ['kafkaUsername', true],
            ['kafkaPassword', true],
          ]
        : []),
    ]) as { ingestionUrl?: true },
  );
  return readConfig(schema, values) as ProcessConfig;
}
