export { createStandalone, type Standalone, type StandaloneOverrides } from './standalone';
export { demoOperators, standaloneConfigSchema, type StandaloneConfig } from './config';
export { keepHeapSmall } from './heap';
