import { z } from 'zod';
import { uploadBytesMax } from './files/upload.file';

/** Where ingestion keeps its files, below the data folder unless absolute, and how large an upload may be. */
export const ingestionConfigSchema = z.strictObject({
  /** Keys, apart from the data. Has short-lived backups of its own. */
  keysFolder: z.string().min(1).default('keys'),
  /** Sealed uploads, and how far each import is. */
  importsFolder: z.string().min(1).default('ingestion'),
  uploadBytesMax: z.number().int().min(1).max(uploadBytesMax).default(uploadBytesMax),
});

export type IngestionConfig = z.infer<typeof ingestionConfigSchema>;
