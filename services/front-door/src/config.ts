import { logLevels, serviceTokenCharactersMin } from '@faemban/nest-kit';
import { z } from 'zod';
import type { ServiceName } from './routes';

/** One or several URLs, comma separated; a name may have any number of addresses. */
const urls = z
  .string()
  .transform((text) => text.split(',').map((url) => url.trim().replace(/\/+$/, '')))
  .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1));

/** Everything the front door is configured by; each field is a variable of the environment, such as `FAEMBAN_INGESTION_URL`. */
export const frontDoorConfigSchema = z.strictObject({
  /** Address to listen on. Only loopback addresses, unless `privateNetwork`. */
  host: z.string().min(1).default('127.0.0.1'),
  /** Port to listen on; 0 takes any free one. */
  port: z.coerce.number().int().min(0).max(65_535).default(8420),
  /** `true` says that only people of the office reach this network, which listening beyond this machine needs until there are accounts. */
  privateNetwork: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
  /** Names, beside this machine's own and addresses, by which people call it, comma separated. Others are refused with 421. */
  publicNames: z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((name) => name.trim().toLowerCase() || [])),
  /** What the services ask of everybody who calls them. */
  serviceToken: z.string().min(serviceTokenCharactersMin),
  ingestionUrl: urls,
  identityVerificationUrl: urls,
  mpiScoringUrl: urls,
  reportingUrl: urls,
  /** How long a stop waits for requests under way, in milliseconds. */
  drainMsMax: z.coerce.number().int().min(0).max(600_000).default(10_000),
  /** How much is logged, as JSON lines on standard error. */
  logLevel: z.enum(logLevels).default('warn'),
});
/** See {@link frontDoorConfigSchema}. */
export type FrontDoorConfig = z.output<typeof frontDoorConfigSchema>;

/** The addresses of each service. */
export function addressesOf(config: FrontDoorConfig): Readonly<Record<ServiceName, readonly string[]>> {
  return {
    ingestion: config.ingestionUrl,
    'identity-verification': config.identityVerificationUrl,
    'mpi-scoring': config.mpiScoringUrl,
    reporting: config.reportingUrl,
  };
}
