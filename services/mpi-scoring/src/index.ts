import { createServer, type Server, type ServerOptions } from '@faemban/nest-kit';
import type { MpiScoringConfig } from './config';
import { MpiScoringModule } from './mpi-scoring.module';

export { mpiScoringConfigSchema, type MpiScoringConfig } from './config';
export { MpiScoringModule, mpiScoringAggregates, mpiScoringReadModels } from './mpi-scoring.module';

/** A server of this context alone, on the platform it is given. */
export function createMpiScoring(
  config: Partial<MpiScoringConfig>,
  server: Omit<ServerOptions, 'name'>,
): Promise<Server> {
  return createServer([MpiScoringModule.register(config)], { name: 'mpi-scoring', ...server });
}
