import { certificateRefusal } from '@faemban/event-sourcing';

/** What of the driver's errors tells why a process was refused. */
interface DriverError {
  readonly message?: string;
  /** Node's own or OpenSSL's; a number where the server answered. */
  readonly code?: string | number;
  readonly cause?: unknown;
  /** What a bulk write met, where that was no answer of the server. */
  readonly errorResponse?: unknown;
  /** What was found of each server, where none could be used. */
  readonly reason?: { readonly servers?: ReadonlyMap<string, { readonly error?: unknown }> } | null;
}

/** The server's codes for a user or password it does not know, and for work that a user may not do. */
const authenticationFailed = 18;
const unauthorized = 13;
const url = 'FAEMBAN_MONGODB_URL';

/**
 * Why the database does not take this process, and what to check, in a sentence that holds no secret; undefined where it is something else,
 * such as a server that is away. It is tried again all the same: users, roles and certificates are often made or changed a moment later.
 */
export function whyRefused(error: unknown): string | undefined {
  for (const { one, server } of withCauses(error)) {
    const sentence = refusedUser(one) ?? refusedConnection(one, server);
    if (sentence !== undefined) return sentence;
  }
  return undefined;
}

function refusedUser({ code, message = '' }: DriverError): string | undefined {
  if (code === authenticationFailed) {
    return `it does not accept this user. Check the user, the password and authSource in ${url} (${message}).`;
  }
  if (code === unauthorized) {
    return `this user is not allowed what it needs: the role readWrite on the service's database. Where no user is named in ${url}, name one (${message}).`;
  }
  return undefined;
}

function refusedConnection({ code, message = '' }: DriverError, found: string | undefined): string | undefined {
  const server = found ?? 'the database';
  const certificate = certificateRefusal(code, server, url);
  if (certificate !== undefined) return certificate;
  const endsBeforeTls = code === 'ECONNRESET' && message.includes('before secure TLS connection was established');
  if (endsBeforeTls || code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return `${server} does not speak TLS, it seems. Name the port of one that does in ${url}, or leave tls=true away (${code}).`;
  }
  // Elsewhere it is a server that has just ended.
  if (found !== undefined && /^connection .* closed$/.test(message)) {
    return `${server} closed the connection. If that stays so, it may want TLS (tls=true in ${url}).`;
  }
  return undefined;
}

/** An error, what was found of each server, and what it wraps or was caused by, from the outside in. */
export function* withCauses(
  error: unknown,
  server?: string,
): Generator<{ readonly one: DriverError; readonly server?: string | undefined }> {
  if (typeof error !== 'object' || error === null) return;
  const one: DriverError = error;
  yield { one, server };
  for (const [address, found] of one.reason?.servers ?? []) yield* withCauses(found.error, address);
  if (one.errorResponse instanceof Error) yield* withCauses(one.errorResponse, server);
  yield* withCauses(one.cause, server);
}
