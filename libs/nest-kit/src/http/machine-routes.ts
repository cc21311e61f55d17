/**
 * Routes that orchestrators and monitors ask every few seconds. They need no token, and are neither traced nor measured: they would hide
 * what people ask. Compared with the route, never the address.
 */
export const machineRoutes: ReadonlySet<string | undefined> = new Set(['/health/live', '/health/ready', '/metrics']);
