import { logLevels } from '@faemban/nest-kit';
import { z } from 'zod';

/** Everything that can be set, each with its default. From the environment, `dataDir` is `FAEMBAN_DATA_DIR`, and so on. */
export const standaloneConfigSchema = z.strictObject({
  /** Folder of all files of this installation. One process at a time. */
  dataDir: z.string().min(1).default('.data'),
  /** Port on this machine; 0 takes any free one. */
  port: z.coerce.number().int().min(0).max(65535).default(8420),
  /** Address to listen on. Only loopback addresses are accepted until there are accounts. */
  host: z.string().min(1).default('127.0.0.1'),
  /** How long a stop waits for requests and batches under way, in milliseconds. */
  drainMsMax: z.coerce.number().int().min(0).max(600_000).default(10_000),
  /** Partitions of the log, fixed by the first start. */
  partitionCount: z.coerce.number().int().min(1).max(1024).default(32),
  /** Seconds after which unsealed events are sealed; 0 seals only when asked. Ten thousand events are sealed sooner. */
  sealEverySeconds: z.coerce.number().int().min(0).max(86_400).default(300),
  /** How much is logged, as JSON lines on standard error. */
  logLevel: z.enum(logLevels).default('warn'),
});
/** See {@link standaloneConfigSchema}. */
export type StandaloneConfig = z.infer<typeof standaloneConfigSchema>;
