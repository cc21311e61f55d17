import { asViewShape } from '@faemban/event-sourcing';
import { createServer, type Server, type ServerOptions } from '@faemban/nest-kit';
import type { ServiceDefinition } from '@faemban/service-process';
import type { ReportingConfig } from './config';
import { ReportingModule, reportingReadModels } from './reporting.module';

export { releaseSchema, reportingConfigSchema, type FixedRelease, type ReportingConfig } from './config';
export { ReportingModule, reportingReadModels } from './reporting.module';

/** A server of this context alone, on the platform it is given. */
export function createReporting(
  config: Partial<ReportingConfig>,
  server: Omit<ServerOptions, 'name'>,
): Promise<Server> {
  return createServer([ReportingModule.register(config)], { name: 'reporting', ...server });
}

/** Reporting as a process of its own. */
export const reportingProcess: ServiceDefinition = {
  context: 'reporting',
  port: 8424,
  follows: [
    ...new Set(
      [...reportingReadModels.tallies, ...reportingReadModels.views].flatMap((model) => asViewShape(model).contexts),
    ),
  ],
  create: ({ server }) => createReporting({}, server),
};
