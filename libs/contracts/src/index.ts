export {
  contextNames,
  defineEvent,
  everyVersionOf,
  wireTypeOf,
  type ContextName,
  type EarlierVersion,
  type EventDefinition,
  type EventOf,
} from './define-event';
export {
  answersSchema,
  areaRefSchema,
  daySchema,
  dimensionNames,
  dimensionSchema,
  idSchema,
  roundSchema,
  sha256Schema,
  sourceSchema,
  type AreaRef,
  type DimensionName,
} from './fields';
export { actorSchema, channels, envelopeSchema, type Actor, type Envelope } from './envelope';
export {
  importApplied,
  importApproved,
  importKinds,
  importParts,
  importRejected,
  importUploaded,
  importValidated,
  type ImportEvent,
  type ImportKind,
  type ImportPart,
} from './ingestion/import-events';
export {
  fragilityRecorded,
  householdListed,
  householdSurveyed,
  welfareRegistrationRecorded,
  type HouseholdEvent,
  type SurveyedMember,
  type SurveyFigures,
} from './ingestion/household-events';
export {
  areaMappingApproved,
  areaMappingDeclined,
  areaMappingProposed,
  waitingHouseholdsApplied,
  type AreaMappingEvent,
} from './ingestion/area-mapping-events';
export {
  importHeld,
  importReleased,
  releaseReasons,
  type ImportHoldEvent,
  type ReleaseReason,
} from './ingestion/import-hold-events';
export {
  builtOnSchema,
  importRollbackApproved,
  importRollbackRefused,
  importRollbackRequested,
  importRolledBack,
  rollbackReasons,
  type BuiltOn,
  type ImportRollbackEvent,
  type RollbackReason,
} from './ingestion/import-rollback-events';
export { householdFactsReliedOn, type HouseholdRelianceEvent } from './ingestion/reliance-events';
export {
  fragilityWithdrawn,
  householdSurveyWithdrawn,
  welfareRegistrationWithdrawn,
  type HouseholdWithdrawalEvent,
} from './ingestion/withdrawal-events';
export {
  duplicateSuspected,
  identityDocumentKinds,
  numberCheckResults,
  personErased,
  personRecorded,
  type PersonEvent,
} from './identity-verification/person-events';
export {
  numberMatchesSchema,
  numbersSchema,
  personBatchSchema,
  personVaultPort,
  recordedHouseholdsSchema,
  vaultHouseholdsMax,
  vaultNumbersMax,
  type NumberMatch,
  type PersonBatch,
  type PersonVault,
  type RecordedHousehold,
  type VaultAddress,
  type VaultDocument,
  type VaultHousehold,
  type VaultMember,
} from './identity-verification/person-vault';
export { householdScored, scoringInputRecorded, type HouseholdScoreEvent } from './mpi-scoring/score-events';
export {
  householdScoreWithdrawn,
  scoringInputWithdrawn,
  type ScoreWithdrawalEvent,
} from './mpi-scoring/score-withdrawal-events';
export { rulesetApplied, rulesetDrafted, rulesetPublished, type RulebookEvent } from './mpi-scoring/ruleset-events';
export {
  firstRulesets,
  rulesetIdSchema,
  rulesetRefSchema,
  rulesetSchema,
  type PublishedRuleset,
  type RulesetRef,
} from './mpi-scoring/ruleset-data';
export { logSealed, type LogSealed, type LogSealedDefinition } from './operations/log-sealed';
export { parkedReplayEvents, type ParkedReplayEvent, type ParkedReplayEvents } from './operations/parked-replay-events';
export { rebuildEvents, rebuildEventsOf, type RebuildEvent, type RebuildEvents } from './operations/rebuild-events';
export { eventCatalogue } from './catalogue';
