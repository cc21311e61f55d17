export { asyncApiDocument } from './async-api';
export { dataSchemaOf } from './event-schemas';
export { artifactsOf, differencesOf, generate } from './generate';
