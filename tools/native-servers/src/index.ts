export {
  describeOnKafka,
  describeOnMongo,
  describeOnSecuredKafka,
  describeOnSecuredMongo,
  describeWithKcat,
  mongoServerNames,
  serverOfOurOwn,
  type ServerToBe,
} from './describe-on';
export { startKafka, startKafkaSecured, type KafkaCluster, type SecuredCluster } from './servers/kafka';
export type { Login } from './servers/credentials';
export type { SecuredKafka, SecuredUser } from './servers/kafka-secured';
export {
  bestMongo,
  startMongo,
  type MongoProtocolServer,
  type MongoServerName,
  type SecuredMongoServer,
} from './servers/mongo';
export type { ServerControl } from './server-control';
export { serverNames, serverSources, sourceOf, type ServerName, type ServerSource, type Source } from './sources';
export { installServers } from './install/install-servers';
export { serversCacheFolder } from './install/cache-folder';
export { freePorts } from './processes/free-ports';
export { lackToRun, madeFolder, type Recipe } from './install/recipe';
export { findProgram, goCompiler, type NeededProgram } from './install/programs';
export { runProgram } from './install/run-program';
