import type { ContextName } from '@faemban/contracts';
import type { Tally, View } from '@faemban/event-sourcing';
import { mpiScoringReadModels } from '@faemban/mpi-scoring';
import { reportingReadModels } from '@faemban/reporting';

/** The read models of a context, for threads that fold them. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each read model knows its own slices
export function readModelsOf(context: ContextName): readonly (View<any> | Tally<any>)[] {
  if (context === 'reporting') return [...reportingReadModels.tallies, ...reportingReadModels.views];
  return context === 'mpi-scoring' ? mpiScoringReadModels.views : [];
}
