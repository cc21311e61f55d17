import { containerEngineAnswers } from './container-engine';
import { lackToRun, type Recipe } from './install/recipe';
import { ferretRecipe, kafkaRecipe, mongoJavaRecipe, securedFerretRecipe } from './install/recipes';

/** Where a server comes from: somebody runs it, a container engine does, or a process of ours. */
export type Source = 'environment' | 'container' | 'native';

/**
 * The servers that suites run on. `kafka-of-three` is three brokers, one of which may fail; `kafka-secured` has users, permissions and a
 * certificate that are known; so has `mongo-secured`.
 */
export const serverNames = [
  'kafka',
  'kafka-of-three',
  'kafka-secured',
  'mongodb',
  'ferretdb',
  'mongo-java-server',
  'mongo-secured',
] as const;
/** One of {@link serverNames}. */
export type ServerName = (typeof serverNames)[number];

/** Where a server would come from, or else what is missing, as a noun phrase. */
export type ServerSource = { readonly server: ServerName } & (
  { readonly source: Source; readonly lack?: undefined } | { readonly source?: undefined; readonly lack: string }
);

interface Possible {
  /** The variable that names one that is running. */
  readonly variable?: string;
  readonly isInContainers: boolean;
  readonly recipe?: Recipe;
}

const possible: Readonly<Record<ServerName, Possible>> = {
  kafka: { variable: 'KAFKA_BROKERS', isInContainers: true, recipe: kafkaRecipe },
  'kafka-of-three': { isInContainers: false, recipe: kafkaRecipe },
  'kafka-secured': { isInContainers: false, recipe: kafkaRecipe },
  mongodb: { variable: 'MONGODB_URL', isInContainers: true },
  ferretdb: { isInContainers: false, recipe: ferretRecipe },
  'mongo-java-server': { isInContainers: false, recipe: mongoJavaRecipe },
  'mongo-secured': { isInContainers: false, recipe: securedFerretRecipe },
};

/** The first source that has a server: a variable that names one, a container engine that answers, native processes. */
export function sourceOf(server: ServerName, env: NodeJS.ProcessEnv = process.env): ServerSource {
  const { variable, isInContainers, recipe } = possible[server];
  if (variable !== undefined && (env[variable] ?? '') !== '') return { server, source: 'environment' };
  if (isInContainers && containerEngineAnswers(env)) return { server, source: 'container' };
  if (recipe === undefined) return { server, lack: `MongoDB itself (${variable}, or a container engine that answers)` };
  const lack = lackToRun(recipe);
  return lack === undefined ? { server, source: 'native' } : { server, lack };
}

/** {@link sourceOf} of every server. */
export function serverSources(env: NodeJS.ProcessEnv = process.env): readonly ServerSource[] {
  return serverNames.map((server) => sourceOf(server, env));
}

/** Whether a run must have a server: continuous integration, which installs what runs natively, may not skip those. */
export function isDemanded(server: ServerName, env: NodeJS.ProcessEnv = process.env): boolean {
  return env['CI'] === 'true' && possible[server].recipe !== undefined;
}
