/** What a connection fails with before anything was sent over it. */
const unsentCodes: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'],
]);

/** Whether an error, or what caused it, says that no connection came about: nothing was sent, so it may be sent elsewhere. */
export function isUnsentBy(error: unknown): boolean {
  for (let at = error; typeof at === 'object' && at !== null; at = (at as { cause?: unknown }).cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && unsentCodes.has(code)) return true;
  }
  return false;
}
