import type { EventDefinition } from './define-event';
import { duplicateSuspected, personErased, personRecorded } from './identity-verification/person-events';
import {
  fragilityRecorded,
  householdListed,
  householdSurveyed,
  welfareRegistrationRecorded,
} from './ingestion/household-events';
import {
  importApplied,
  importApproved,
  importRejected,
  importUploaded,
  importValidated,
} from './ingestion/import-events';
import {
  areaMappingApproved,
  areaMappingDeclined,
  areaMappingProposed,
  waitingHouseholdsApplied,
} from './ingestion/area-mapping-events';
import { importHeld, importReleased } from './ingestion/import-hold-events';
import {
  importRollbackApproved,
  importRollbackRefused,
  importRollbackRequested,
  importRolledBack,
} from './ingestion/import-rollback-events';
import { householdFactsReliedOn } from './ingestion/reliance-events';
import {
  fragilityWithdrawn,
  householdSurveyWithdrawn,
  welfareRegistrationWithdrawn,
} from './ingestion/withdrawal-events';
import { rulesetApplied, rulesetDrafted, rulesetPublished } from './mpi-scoring/ruleset-events';
import { householdScored, scoringInputRecorded } from './mpi-scoring/score-events';
import { householdScoreWithdrawn, scoringInputWithdrawn } from './mpi-scoring/score-withdrawal-events';
import { logSealed } from './operations/log-sealed';
import { parkedReplayEvents } from './operations/parked-replay-events';
import { rebuildEvents } from './operations/rebuild-events';

/** Every event of the platform. The catalogue page, JSON Schema and AsyncAPI are generated from this list. */
export const eventCatalogue: readonly EventDefinition[] = [
  importUploaded,
  importValidated,
  importApproved,
  importRejected,
  importApplied,
  importHeld,
  importReleased,
  importRollbackRequested,
  importRollbackRefused,
  importRollbackApproved,
  importRolledBack,
  areaMappingProposed,
  areaMappingApproved,
  areaMappingDeclined,
  waitingHouseholdsApplied,
  householdListed,
  householdSurveyed,
  welfareRegistrationRecorded,
  householdSurveyWithdrawn,
  fragilityRecorded,
  welfareRegistrationWithdrawn,
  fragilityWithdrawn,
  householdFactsReliedOn,
  personRecorded,
  duplicateSuspected,
  personErased,
  rulesetDrafted,
  rulesetPublished,
  rulesetApplied,
  scoringInputRecorded,
  householdScored,
  scoringInputWithdrawn,
  householdScoreWithdrawn,
  ...Object.values(rebuildEvents).flatMap(({ started, verified, switched }) => [started, verified, switched]),
  ...Object.values(parkedReplayEvents).flatMap(({ started, ended }) => [started, ended]),
  ...Object.values(logSealed),
];
