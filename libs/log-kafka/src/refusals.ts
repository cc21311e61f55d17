import { certificateRefusal } from '@faemban/event-sourcing';

/** What of a client's errors tells why it was refused. */
interface ClientError {
  readonly name?: string;
  readonly message?: string;
  /** Node's own or OpenSSL's; a number where the broker answered. */
  readonly code?: string | number;
  /** Kafka's name of what the broker answered. */
  readonly type?: string;
  readonly topic?: string;
  readonly broker?: string;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

const users = 'FAEMBAN_KAFKA_USERNAME and FAEMBAN_KAFKA_PASSWORD';

/**
 * Why Kafka does not take this process, and what to check, in a sentence that holds no secret; undefined where it is something else, such
 * as a broker that is away. It is tried again all the same: users, permissions and certificates are often made a moment later.
 */
export function whyRefused(error: unknown): string | undefined {
  for (const one of withCauses(error)) {
    const sentence = refusedConnection(one) ?? refusedUser(one) ?? refusedWork(one) ?? refusedGroup(one);
    if (sentence !== undefined) return sentence;
  }
  return undefined;
}

/** Whether the user lacks a permission. */
export function isNotAllowed(error: unknown): boolean {
  return [...withCauses(error)].some((one) => refusedWork(one) !== undefined);
}

function refusedConnection({ name, code, message = '', broker = 'the broker' }: ClientError): string | undefined {
  const certificate = certificateRefusal(
    code,
    broker,
    "FAEMBAN_KAFKA_BROKERS and in the brokers' advertised.listeners",
  );
  if (certificate !== undefined) return certificate;
  const endsBeforeTls = code === 'ECONNRESET' && message.includes('before secure TLS connection was established');
  if (endsBeforeTls || code === 'ERR_SSL_WRONG_VERSION_NUMBER') {
    return `${broker} does not speak TLS, it seems. Name the port of a listener with TLS in FAEMBAN_KAFKA_BROKERS, or set FAEMBAN_KAFKA_TLS=false (${code}).`;
  }
  if (name === 'KafkaJSConnectionClosedError') {
    return `${broker} closed the connection. If that stays so, its listener may want TLS (FAEMBAN_KAFKA_TLS) or a user (${users}).`;
  }
  return undefined;
}

function refusedUser({ name, type, message }: ClientError): string | undefined {
  if (name === 'KafkaJSSASLAuthenticationError') {
    return `Kafka does not accept this user. Check ${users}, and that the user has a password for SCRAM-SHA-512 (${message}).`;
  }
  if (type === 'ILLEGAL_SASL_STATE') {
    return `this listener of Kafka takes no user. Name the port of a listener with SCRAM-SHA-512 in FAEMBAN_KAFKA_BROKERS, or leave ${users} away (${type}).`;
  }
  return undefined;
}

function refusedWork({ type = '', topic }: ClientError): string | undefined {
  if (!type.endsWith('_AUTHORIZATION_FAILED')) return undefined;
  const of = topic === undefined ? '' : ` of ${topic}`;
  return `this user is not allowed what it needs: Create, Describe, DescribeConfigs, Read and Write of topics that begin with "faemban.", Read of groups that begin so (${type}${of}).`;
}

/** The client says no more than this where a group is forbidden. */
function refusedGroup({ name, message }: ClientError): string | undefined {
  if (name !== 'KafkaJSGroupCoordinatorNotFound') return undefined;
  return `no broker tells this user who coordinates the group. If that stays so, the user is not allowed to use it: it needs Read of groups that begin with "faemban." (${message}).`;
}

/** An error, what it gathers, and what caused it, from the outside in. */
function* withCauses(error: unknown): Generator<ClientError> {
  if (typeof error !== 'object' || error === null) return;
  const one: ClientError = error;
  yield one;
  for (const each of one.errors ?? []) yield* withCauses(each);
  yield* withCauses(one.cause);
}
