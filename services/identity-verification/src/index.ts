import { resolve } from 'node:path';
import { createServer, type Server, type ServerOptions } from '@faemban/nest-kit';
import type { ServiceDefinition } from '@faemban/service-process';
import type { IdentityVerificationConfig } from './config';
import { IdentityVerificationModule } from './identity-verification.module';

export { identityVerificationConfigSchema, type IdentityVerificationConfig } from './config';
export { eraseAgain, personsErased } from './vault/erase-again.store';
export { IdentityVerificationModule, identityVerificationAggregates } from './identity-verification.module';

/** A server of this context alone, on the platform it is given. */
export function createIdentityVerification(
  config: Partial<IdentityVerificationConfig>,
  server: Omit<ServerOptions, 'name'>,
): Promise<Server> {
  return createServer([IdentityVerificationModule.register(config)], { name: 'identity-verification', ...server });
}

/** Identity verification as a process of its own: the vault's files are held by one of them. */
export const identityVerificationProcess: ServiceDefinition = {
  context: 'identity-verification',
  port: 8422,
  follows: [],
  keepsFiles: true,
  create: ({ server, config }) => createIdentityVerification({ keysFolder: resolve(config.keysDir) }, server),
};
