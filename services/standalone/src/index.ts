export { createStandalone, type Standalone, type StandaloneOverrides } from './standalone';
export { standaloneConfigSchema, type StandaloneConfig } from './config';
export { openEmbeddedPlatform, type EmbeddedPlatform } from './embedded-platform';
export { keepHeapSmall } from './heap';
