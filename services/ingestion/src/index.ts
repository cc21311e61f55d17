import { createServer, type Server, type ServerOptions } from '@faemban/nest-kit';
import type { DynamicModule, Type } from '@nestjs/common';
import type { IngestionConfig } from './config';
import { IngestionModule } from './ingestion.module';

export { ingestionConfigSchema, type IngestionConfig } from './config';
export { IngestionModule, ingestionAggregates } from './ingestion.module';

/** A server of this context alone, on the platform it is given. `vault` is a global module that offers `personVaultPort`. */
export function createIngestion(
  config: Partial<IngestionConfig>,
  { vault, ...server }: Omit<ServerOptions, 'name'> & { readonly vault: DynamicModule | Type<object> },
): Promise<Server> {
  return createServer([vault, IngestionModule.register(config)], { name: 'ingestion', ...server });
}
