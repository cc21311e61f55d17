import type { ContextName } from '@faemban/contracts';

/** The services behind the front door. */
export const serviceNames = ['ingestion', 'identity-verification', 'mpi-scoring', 'reporting'] as const;
/** See {@link serviceNames}. */
export type ServiceName = (typeof serviceNames)[number];

/**
 * Which service has a path and everything below it; the more exact path wins. Whether a path exists, and with which method, its service
 * says itself. What is in no table is answered 404 and reaches nobody: the routes between processes (`/log`, `/vault`) above all.
 */
export const serviceRoutes: readonly (readonly [path: string, service: ServiceName])[] = [
  ['/imports', 'ingestion'],
  ['/reviews', 'ingestion'],
  ['/area-mappings', 'ingestion'],
  ['/import-mappings', 'ingestion'],
  ['/persons', 'identity-verification'],
  ['/rulesets', 'mpi-scoring'],
  ['/rulesets/compare', 'reporting'],
  ['/mpi', 'mpi-scoring'],
  ['/households/:householdId/score', 'mpi-scoring'],
  ['/households', 'reporting'],
  ['/figures', 'reporting'],
  ['/tpmap', 'reporting'],
];

/** The paths that every service has, and which the front door answers itself, asks one of them for, or asks all. */
export const operationsPaths: readonly string[] = [
  '/health/live',
  '/health/ready',
  '/metrics',
  '/status',
  '/parked',
  '/rebuilds',
  '/certificates',
  '/seals',
  '/proofs',
  '/signing-keys',
  '/verifications',
  '/docs',
];

/** The service that records a context's events; undefined for a context that no service has yet. */
export function ownerOf(context: ContextName): ServiceName | undefined {
  return serviceNames.find((service) => service === context);
}

/**
 * Whether a path is to be looked at at all. Addresses are normalised once more on their way (`/a/../b` becomes `/b`), so that one with dots
 * for a segment, or with a backslash, would be answered by another route than the one it was let through for.
 */
export function isPlainPath(url: string): boolean {
  const [path = ''] = url.split(/[?#]/, 1);
  return path.startsWith('/') && !path.includes('\\') && !/\/(?:\.|%2e){1,2}(?=\/|$)/i.test(path);
}
