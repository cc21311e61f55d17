import { createServer, type Server, type ServerOptions } from '@faemban/nest-kit';
import type { ReportingConfig } from './config';
import { ReportingModule } from './reporting.module';

export { releaseSchema, reportingConfigSchema, type FixedRelease, type ReportingConfig } from './config';
export { ReportingModule, reportingReadModels } from './reporting.module';

/** A server of this context alone, on the platform it is given. */
export function createReporting(
  config: Partial<ReportingConfig>,
  server: Omit<ServerOptions, 'name'>,
): Promise<Server> {
  return createServer([ReportingModule.register(config)], { name: 'reporting', ...server });
}
