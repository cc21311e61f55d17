import { createServer, type Server, type ServerOptions } from '@faemban/nest-kit';
import type { ServiceDefinition } from '@faemban/service-process';
import type { MpiScoringConfig } from './config';
import { MpiScoringModule } from './mpi-scoring.module';

export { mpiScoringConfigSchema, type MpiScoringConfig } from './config';
export { type Columns } from './engine/columns';
export { runsOf } from './engine/areas';
export { condense } from './engine/condense';
export { createColumnScorer, scoreColumns } from './engine/score-columns';
export { figuresOf } from './method/alkire-foster/figures';
export { sumRange, type SumTable } from './method/alkire-foster/sums';
export { ruleOf } from './mpi/mpi-specification';
export { ScoreRows } from './mpi/score-rows';
export { takeSnapshot } from './mpi/snapshot';
export { MpiScoringModule, mpiScoringAggregates, mpiScoringReadModels } from './mpi-scoring.module';

/** A server of this context alone, on the platform it is given. */
export function createMpiScoring(
  config: Partial<MpiScoringConfig>,
  server: Omit<ServerOptions, 'name'>,
): Promise<Server> {
  return createServer([MpiScoringModule.register(config)], { name: 'mpi-scoring', ...server });
}

/** Scoring as a process of its own: its policies follow ingestion, its view and its rescoring follow its own log. */
export const mpiScoringProcess: ServiceDefinition = {
  context: 'mpi-scoring',
  port: 8423,
  follows: ['ingestion', 'mpi-scoring'],
  create: ({ server }) => createMpiScoring({}, server),
};
