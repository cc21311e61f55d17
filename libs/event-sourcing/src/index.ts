export {
  CheckpointFenced,
  CommandIdReused,
  EventTooLarge,
  IntegrityViolation,
  InvalidCursor,
  LogBehind,
  NotAvailable,
  NotAvailableInWords,
  OutcomeUnknown,
  PartitionMismatch,
  RefusedInWords,
  StoreRefused,
  WrongExpectedVersion,
  invariant,
} from './errors';
export type { CommandContext, DomainEvent, NewEvent, RecordedEvent } from './events';
export { RuleBroken, type Decider, type Sentence } from './decider';
export {
  commandBytesMax,
  eventBytesMax,
  generationParts,
  isSameVector,
  partitionCountDefault,
  vectorKey,
  type Append,
  type AppendResult,
  type Appended,
  type Clock,
  type EventLog,
  type EventStore,
  type FillStep,
  type Find,
  type GenerationHandle,
  type GenerationPart,
  type GenerationRow,
  type GenerationStatus,
  type Head,
  type IndexValue,
  type LogPlace,
  type LoggedEvent,
  type Page,
  type ParkedEvent,
  type PinnedGenerations,
  type PolicyHandle,
  type PolicyStore,
  type Put,
  type ReplayStep,
  type Refusal,
  type StoredSlices,
  type TallyDifference,
  type TallyQuestion,
  type TallySum,
  type Unsubscribe,
  type Vector,
  type ViewBatch,
  type ViewGenerations,
  type ViewHandle,
  type ViewShape,
  type ViewStore,
} from './ports';
export { defineAggregate, type Aggregate } from './commands/aggregate';
export {
  conflictRetriesMaxDefault,
  createCommandHandler,
  unknownOutcomeRetriesMax,
  type CommandHandler,
  type CommandHandlerOptions,
  type ContextualCommand,
  type Handled,
  type HandledResult,
} from './commands/command-handler';
export { certificateRefusal } from './certificate-refusal';
export { classify, describeFailure, type FailureClass } from './classify';
export { nextDay, thaiDayOf } from './days';
export { createIds, deterministicId, policyCommandId, sequencedId, type Ids } from './ids';
export type { RememberedCommand } from './sequencing/remembered-command';
export { commandDigest, digestUnknown, isDigestOf } from './integrity/command-digest';
export { chainHash, contentHashOf, genesisHash, serializeData, type ContentFields } from './integrity/hashing';
export { canonicalJson } from './integrity/canonical-json';
export {
  consistencyPath,
  emptyRoot,
  inclusionPath,
  isConsistent,
  isIncluded,
  leafHash,
  MerkleFrontier,
  merkleRoot,
  nodeHash,
  type FrontierState,
} from './integrity/merkle';
export {
  findingOf,
  PartitionVerifier,
  type Finding,
  type FindingCode,
  type StoredEvent,
} from './integrity/partition-verifier';
export { makeInclusionProof, proofFault, type InclusionProof, type ProofFault } from './integrity/proofs';
export {
  checkpointNote,
  faultInSeals,
  leafHashOf,
  leafOf,
  makeSeal,
  noSeal,
  originOf,
  sealHash,
  sealKind,
  type LeafFields,
  type Seal,
  type SealedPartition,
  type SealFault,
  type SealStore,
} from './integrity/seals';
export type { Verification } from './integrity/verification';
export {
  createSigner,
  createSigningKey,
  documentFault,
  isSignedBy,
  keyChangeKind,
  keysFollowing,
  readVerifierKeyLine,
  signDocument,
  verifierKeyLine,
  type KeyChange,
  type KeyringKeeper,
  type Signature,
  type SignedDocument,
  type Signer,
  type SigningKey,
  type SigningKeyring,
  type VerifierKey,
} from './integrity/signing';
export { verifyPartition, type VerifiedPartition } from './integrity/verify-log';
export { verifyWholeLog } from './integrity/verify-whole-log';
export { partitionOfAppend, partitionOfKey } from './partitions';
export { nextRecordedAt, placeEvents, prepareEvents, type PlacedEvent, type PreparedEvent } from './recording';
export {
  catalogueUpcasters,
  createUpcasters,
  defineUpcaster,
  SchemaTooNew,
  upcastersIn,
  type Upcaster,
  type Upcasters,
} from './upcasters';
export { defineTally, defineView, type Contribution, type SliceFold, type Tally, type View } from './views/define-view';
export { createFolder, type FoldedBatch, type Folder, type Identified } from './views/fold-batch';
export { batchEventsMaxDefault, createViewRunner, type ViewRunnerOptions } from './views/view-runner';
export { sumDifferences } from './views/tally-sums';
export { createPartitionConsumer, type PartitionConsumer } from './consuming/partition-consumer';
export type { LogConsumer, LogDelivery, LogReceiver, WantedFrom } from './consuming/log-consumer';
export {
  compareEveryMsDefault,
  createConsumedLog,
  OwnerUnavailable,
  windowEventsMaxDefault,
  type ConsumedContextStatus,
  type ConsumedLog,
  type ConsumedLogOptions,
  type ConsumedLogStatus,
} from './consuming/consumed-log';
export { nothingPublished, type PublishedUpTo, type PublishProgress } from './publishing/publish-progress';
export type { PublishedPage, PublishedPlace } from './publishing/published-page';
export { createWholeLog, type OwnerLog, type WholeLogOptions } from './consuming/whole-log';
export {
  commitAppend,
  insertAttemptsMax,
  type CommitStore,
  type Committed,
  type StreamEnd,
} from './sequencing/commit-append';
export {
  eventsOfSegment,
  segmentBehind,
  type Commit,
  type CommittedEvent,
  type Segment,
  type SegmentStore,
} from './sequencing/segments';
export {
  clockApartMsMax,
  ClocksApart,
  segmentCommitsMaxDefault,
  takePartition,
  type PartitionSequencer,
  type PassOutcome,
} from './sequencing/sequencer';
export { foldKeyOf, snapshotEveryEventsDefault, type Snapshot, type SnapshotStore } from './snapshots/snapshots';
export {
  createStateLoader,
  type Loaded,
  type Snapshots,
  type StateLoader,
  type StateLoaderOptions,
} from './snapshots/state-loader';
export { asViewShape, indexedValues, isTally } from './views/view-shape';
export { failureCode } from './parking/failure-code';
export { causesOf } from './parking/parked';
export type {
  FindParked,
  ParkedCause,
  ParkedEvents,
  ParkedFilter,
  ParkedPage,
  ParkedSequence,
  SequenceKey,
  TakenEvent,
} from './parking/parked';
export {
  addFigures,
  noReplay,
  replayEventsMaxDefault,
  type ReplayFailure,
  type ReplayFigures,
  type ReplayOutcome,
  type ReplayRequest,
} from './parking/replay';
export { definePolicy, type Policy, type PolicyCommand } from './policies/define-policy';
export {
  createPolicyRunner,
  policyActor,
  policyConcurrencyDefault,
  type PolicyDispatch,
  type PolicyRunnerOptions,
} from './policies/policy-runner';
export {
  retryDelayMs,
  retryPlanDefault,
  type ReportIncident,
  type RetryPlan,
  type Runner,
  type RunnerIncident,
  type RunnerState,
  type RunnerStatus,
} from './runners/runner';
export { unobserved, type ObserveBatch, type ObservedBatch } from './runners/observe-batch';
export { settled } from './runners/settled';
export {
  compareGenerations,
  totalsOf,
  type Comparison,
  type ExplainingEvent,
  type PartitionDigest,
  type RowDifference,
} from './rebuild/compare';
export {
  completeThrough,
  digestGeneration,
  type Certificate,
  type CompleteThrough,
  type ParkedException,
} from './rebuild/certificate';
export {
  LocalRebuildEngine,
  RebuildCancelled,
  type FillProgress,
  type RebuildControl,
  type RebuildEngine,
  type RebuildJob,
  type SharedControl,
} from './rebuild/rebuild-engine';
export { cancelWork, createSharedControl, obeying, setPaused, setRest } from './rebuild/control';
export { unfinishedStates, type RebuildRecord, type RebuildState } from './rebuild/rebuild-record';
