import { resolve } from 'node:path';
import { createServer, HttpPersonVaultModule, type Server, type ServerOptions } from '@faemban/nest-kit';
import type { ServiceDefinition } from '@faemban/service-process';
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

/** Ingestion as a process of its own: uploads and what is staged are held by one of them; names go to the vault over HTTP. */
export const ingestionProcess: ServiceDefinition = {
  context: 'ingestion',
  port: 8421,
  follows: [],
  asks: ['identity-verification'],
  keepsFiles: true,
  create: ({ server, config, addressesOf }) =>
    createIngestion(
      { keysFolder: resolve(config.keysDir) },
      {
        ...server,
        vault: HttpPersonVaultModule.register({
          urls: addressesOf('identity-verification'),
          token: config.serviceToken,
        }),
      },
    ),
};
