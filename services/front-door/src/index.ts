export { createFrontDoor, type FrontDoor, type FrontDoorOverrides } from './front-door';
export { frontDoorConfigSchema, type FrontDoorConfig } from './config';
export { operationsPaths, ownerOf, serviceNames, serviceRoutes, type ServiceName } from './routes';
export type { MergedStatus, ServiceLine } from './operations/merged-status';
