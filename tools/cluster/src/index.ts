export { Cluster, services, type ClusterOptions, type ServiceName } from './cluster';
export { Member } from './member';
