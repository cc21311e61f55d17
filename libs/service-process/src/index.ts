export { processConfigSchema, readProcessConfig, type ProcessConfig } from './config';
export type { ServiceDefinition, ServiceParts } from './definition';
export { runService } from './run-service';
export { startService, type RunningService, type ServiceOverrides } from './start-service';
