// Which kind of package may import what. The kind of a package is the nx tag `kind:` in its package.json.

const nest = /^@nestjs\//;
const driver = /^(better-sqlite3|mongoose|mongodb)(\/|$)/;
const kafka = /^(kafkajs|@platformatic\/kafka)(\/|$)/;
const testTool = /^(fast-check|@jest\/|jest)(\/|$)/;
const schema = /^zod(\/|$)/;

const everything = ['contracts', 'core', 'adapter', 'kit', 'process', 'service', 'host', 'console', 'fixtures', 'tool'];

/**
 * `kinds`: kinds of our own packages that may be imported. `inSpecs`: those that specs may import as well.
 * `only`: the packages from elsewhere that may be imported; without it, all but those in `never`.
 */
export const dependencyTable = {
  contracts: { kinds: ['contracts'], inSpecs: ['fixtures'], only: [schema] },
  core: { kinds: ['core', 'contracts'], inSpecs: ['fixtures'], never: [nest, driver, kafka] },
  // Specs of adapters run on real servers, which tools/native-servers starts.
  adapter: { kinds: ['core', 'contracts'], inSpecs: ['fixtures', 'tool'], never: [nest] },
  kit: { kinds: ['core', 'contracts'], inSpecs: ['fixtures'], never: [driver, kafka] },
  fixtures: { kinds: ['core', 'contracts'], inSpecs: [], never: [nest, driver] },
  // Composes a service's process from adapters; a service names it where it is composed.
  process: { kinds: ['core', 'adapter', 'kit', 'contracts'], inSpecs: ['fixtures', 'tool'], never: [] },
  service: { kinds: ['core', 'adapter', 'kit', 'process', 'contracts'], inSpecs: ['fixtures'], never: [] },
  host: { kinds: everything, inSpecs: [], never: [] },
  tool: { kinds: everything, inSpecs: [], never: [] },
  console: { kinds: ['contracts', 'core'], inSpecs: ['fixtures'], never: [nest, driver, kafka] },
};

/** Files of a service that decide and fold: they see no framework, no driver, no platform, no clock, no random. */
export const pureSuffixes = ['', 'decisions', 'policy', 'view'];

/** Files that compose or configure rather than decide, though they have no suffix. */
export const composingFiles = ['index.ts', 'main.ts', 'config.ts'];

/** Suffixes of a service's files in which an adapter may be named. */
export const adapterSuffixes = ['module', 'store'];

/** What a pure file may not import. */
export const worldly = [nest, driver, kafka, /^node:/, /^(fastify|rxjs|pino|prom-client)(\/|$)/];

/** Allowed only in specs and under `testing/`. */
export const testTools = [testTool];
