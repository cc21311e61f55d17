import type { mongo } from 'mongoose';

/** The latest moment that an answer of a replica set told, in the set's own time, which is not a time of day. */
interface ToldMoment {
  operationTime: mongo.Timestamp | undefined;
  /** What a server of the set must know before it can be asked for the moment; signed by the set where it has users. */
  clusterTime: mongo.ClusterTime | undefined;
}

/** By address: what one connection of this process was told holds for all of them. */
const toldAt = new Map<string, ToldMoment>();

/**
 * Lets whatever a client asks come after everything that this process was told at the same address: writes that were acknowledged or
 * refused, and what was read. Every answer of a replica set says of which moment it is (`operationTime`), and every later question is for
 * that moment or a later one (`afterClusterTime`): a new primary, which has all that was acknowledged but may not know yet that a majority
 * has it, answers when it knows. It costs no message; on a primary that stays, the moment is there already. A server that says in its
 * `hello` that it has no sessions, or tells no moments, is a single one and is asked as ever.
 */
export function readAfterAnswers(client: mongo.MongoClient, address: string): void {
  const told = toldAt.get(address) ?? { operationTime: undefined, clusterTime: undefined };
  toldAt.set(address, told);
  const startSession = client.startSession.bind(client);
  // The driver itself begins a session by this for everything it is asked, and ends it with the last answer.
  client.startSession = (options) => {
    const session = startSession({ ...options, causalConsistency: true });
    // The driver takes none without a signature from anybody but a server; sets without users sign with zeros.
    if (told.clusterTime?.signature !== undefined) session.advanceClusterTime(told.clusterTime);
    if (told.operationTime !== undefined) session.advanceOperationTime(told.operationTime);
    session.once('ended', () => {
      told.clusterTime = laterOf(told.clusterTime, session.clusterTime, (one) => one.clusterTime);
      told.operationTime = laterOf(told.operationTime, session.operationTime, (one) => one);
    });
    return session;
  };
}

function laterOf<Moment>(
  before: Moment | undefined,
  after: Moment | undefined,
  timeOf: (moment: Moment) => mongo.Timestamp,
): Moment | undefined {
  if (before === undefined || after === undefined) return after ?? before;
  return timeOf(after).greaterThan(timeOf(before)) ? after : before;
}
