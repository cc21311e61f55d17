export { PLATFORM, type Platform, type ServiceViews } from './platform';
export { AggregateCommand, type AggregateCommandClass } from './commands/aggregate-command';
export {
  contextModule,
  type AggregateRegistration,
  type ContextParts,
  type PolicyRegistration,
} from './contexts/context-module';
export { commandHandlerToken, policyPattern, viewToken } from './contexts/tokens';
export { type Answering, type QueryRegistration } from './queries/query-handler-class';
export { Runners, RUNNERS, type PolicyDispatch, type RunnerPlan } from './runners/runners';
export { EmbeddedLogServer } from './transport/embedded-log-server';
export { policyController, type PolicyMessage } from './transport/policy-controller';
export {
  inputErrorSchema,
  Problem,
  problemDocument,
  problemSchema,
  type InputError,
  type ProblemDocument,
} from './http/problem';
export { inputErrorsMax, inputProblem, type Issue } from './http/input-errors';
export { notFound, problemOf, type Answer } from './http/problem-of';
export { answerProblem, problemContentType, ProblemsFilter } from './http/problems.filter';
export { InputPipe, zodBody, zodParams, zodQuery } from './http/validation';
export { demoOperators, operatorSchema, type Operator } from './http/operators';
export {
  channelHeader,
  idempotencyHeader,
  idempotencyKeyCharactersMax,
  operatorHeader,
  Taken,
  takenFrom,
} from './http/taken';
export {
  cursorCharactersMax,
  decodeCursor,
  encodeCursor,
  pageItemsDefault,
  pageItemsMax,
  pageQuery,
} from './http/cursors';
export {
  answerUnreadable,
  jsonBodyBytesMax,
  pathParameterCharactersMax,
  streamContentTypes,
  watchRequests,
} from './http/fastify';
export { Internal } from './http/internal';
export { requireServiceToken, serviceTokenCharactersMin, serviceTokenHeader } from './http/service-token';
export { Addresses, lookupAll, type AddressesSurroundings, type Lookup } from './peers/addresses';
export { createPeer, peerRequestMsMaxDefault, PeerUnavailable, type Peer, type PeerOptions } from './peers/peer';
export { httpLog, type HttpLogOptions } from './log/http-log';
export { httpPersonVault, vaultRequestBytesMax } from './vault/http-person-vault';
export { HttpPersonVaultModule, type HttpPersonVaultOptions } from './vault/http-person-vault.module';
export { PersonVaultController } from './vault/person-vault.controller';
export { logAnswerBytesMax, logAnswerItemsMax } from './log/log-answers';
export { HealthRegistry, type Health, type HealthCheck } from './operations/health';
export { createLogger, logWarnings, logLevels, redactedFields, scrubbed, type LogLevel } from './operations/logs';
export {
  addConsumingMetrics,
  addPublishingMetrics,
  addSequencingMetrics,
  type ConsumingStatus,
  type PublishingStatus,
  type SequencingStatus,
} from './operations/distributed-metrics';
export { addBuildInfo, addHealthMetrics, Metrics } from './operations/metrics';
export { addVolumeMetrics } from './operations/volume-metrics';
export { type ParkedItem, type ParkedList } from './parking/parked-list';
export { type ReplayStatus } from './parking/replays';
export { type ContextStatus, type ServerStatus } from './operations/server-status';
export { readConfig, readSecretFiles, StartRefused, variableOf, type Given } from './config';
export { createServer, loopbackHosts, type Server, type ServerOptions } from './server';
export { closeWithin, drainMsMaxDefault, type Stopped } from './http/closing';
export { Connections } from './http/connections';
export { productVersion } from './process/product-version';
export {
  exitCodeOf,
  exitWith,
  refusalLines,
  refusalLinesWith,
  stopOnSignal,
  type AskedStop,
} from './process/main-process';
export { inTraceOf } from './tracing/spans';
export { traceCall, type OutgoingCall } from './tracing/trace-calls';
export { batchObserver } from './tracing/trace-followers';
export { traceRequests } from './tracing/trace-requests';
export { activeTraceparent } from './tracing/traceparent';
export { sealPlanDefault, type SealPlan } from './integrity/seals.service';
