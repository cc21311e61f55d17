import { z } from 'zod';

/** Where the vault keeps its files, below the data folder unless absolute. */
export const identityVerificationConfigSchema = z.strictObject({
  /** Secrets and keyed hashes. Has short-lived backups of its own. */
  keysFolder: z.string().min(1).default('keys'),
  /** Sealed personal data. */
  vaultFolder: z.string().min(1).default('identity-verification'),
});

export type IdentityVerificationConfig = z.infer<typeof identityVerificationConfigSchema>;
