import type { EventDefinition } from './define-event';
import { duplicateSuspected, personErased, personRecorded } from './identity-verification/person-events';
import { householdListed, householdSurveyed, welfareRegistrationRecorded } from './ingestion/household-events';
import {
  importApplied,
  importApproved,
  importRejected,
  importUploaded,
  importValidated,
} from './ingestion/import-events';
import { householdScored, scoringInputRecorded } from './mpi-scoring/score-events';
import { logSealed } from './operations/log-sealed';
import { rebuildEvents } from './operations/rebuild-events';

/** Every event of the platform. The catalogue page, JSON Schema and AsyncAPI are generated from this list. */
export const eventCatalogue: readonly EventDefinition[] = [
  importUploaded,
  importValidated,
  importApproved,
  importRejected,
  importApplied,
  householdListed,
  householdSurveyed,
  welfareRegistrationRecorded,
  personRecorded,
  duplicateSuspected,
  personErased,
  scoringInputRecorded,
  householdScored,
  ...Object.values(rebuildEvents).flatMap(({ started, verified, switched }) => [started, verified, switched]),
  ...Object.values(logSealed),
];
