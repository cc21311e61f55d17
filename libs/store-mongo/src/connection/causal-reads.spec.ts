import { mongo } from 'mongoose';
import { replicaSet, startScriptedServer, type Asked, type ScriptedServer } from '../testing/scripted-server';
import { openDatabase, type OpenDatabase } from './open-database';

const { Timestamp } = mongo;
const moment = (t: number) => new Timestamp({ t, i: 1 });
const signed = (t: number) => ({
  clusterTime: moment(t),
  signature: { hash: new mongo.Binary(Buffer.alloc(20)), keyId: 0 },
});
const found = { ok: 1, cursor: { id: 0n, ns: 'any.commits', firstBatch: [] } };
const steppedDown = { ok: 0, code: 189, codeName: 'PrimarySteppedDown', errmsg: 'stepped down' };

const taken = { index: 0, code: 11_000, errmsg: 'duplicate key' };

/** What a server does that is not of its kind. */
interface Script {
  readonly tellsMoments?: boolean;
  readonly isSigned?: boolean;
  readonly refusesInserts?: boolean;
  /** Of questions, one after the other. */
  readonly answers?: mongo.Document[];
}

describe('what is asked of a database', () => {
  let server: ScriptedServer | undefined;
  const opened: OpenDatabase[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
    await server?.close();
  });

  /** A server whose clock goes on by one with every answer; and for what moment each question was. */
  const started = async (
    hello: mongo.Document,
    { tellsMoments = true, isSigned = true, refusesInserts = false, answers = [] }: Script = {},
  ) => {
    let t = 100;
    const asked: { readonly command: string; readonly after: number | undefined; readonly isOfSession: boolean }[] = [];
    server = await startScriptedServer(hello, ({ command, document }: Asked) => {
      if (command === 'endSessions') return { ok: 1 };
      const after = (document['readConcern'] as { afterClusterTime?: mongo.Timestamp } | undefined)?.afterClusterTime;
      asked.push({ command, after: after?.getHighBits(), isOfSession: document['lsid'] !== undefined });
      t += 1;
      const moments = tellsMoments
        ? { operationTime: moment(t), $clusterTime: isSigned ? signed(t) : { clusterTime: moment(t) } }
        : {};
      if (command === 'find') return { ...(answers.shift() ?? found), ...moments };
      if (command === 'insert' && refusesInserts) return { ok: 1, n: 0, writeErrors: [taken], ...moments };
      return { ok: 1, n: 1, nModified: 1, ...moments };
    });
    const { url } = server;
    const open = async () => {
      const one = await openDatabase({ url, database: 'any', capabilities: { replacesAtomically: false } });
      opened.push(one);
      return one.db.collection('commits');
    };
    return { asked, open };
  };

  test('comes after every write that was acknowledged, also where another primary is asked again in silence', async () => {
    const { asked, open } = await started(replicaSet, { answers: [steppedDown] });
    const commits = await open();
    await commits.updateMany({}, { $set: { isSequenced: true } });
    asked.length = 0;
    await commits.find({ isSequenced: false }).toArray();
    await commits.findOne({});
    // Every answer was told of a moment one later than the one before it.
    const [first, again, next] = asked;
    expect(asked.map(({ command }) => command)).toEqual(['find', 'find', 'find']);
    expect(first?.after).toBeGreaterThan(100);
    expect(again?.after).toBeGreaterThanOrEqual(first?.after ?? Infinity);
    expect(next?.after).toBe((first?.after ?? 0) + 2);
  });

  test('comes after a write that was refused, which met what refused it', async () => {
    const { asked, open } = await started(replicaSet, { refusesInserts: true });
    const commits = await open();
    await expect(commits.insertOne({ a: 1 })).rejects.toMatchObject({ code: taken.code });
    const written = asked.length;
    await commits.find({}).toArray();
    expect(asked[written]?.after).toBe(100 + written);
  });

  test('comes after what any connection of this process to the same address was told', async () => {
    const { asked, open } = await started(replicaSet);
    const [one, other] = [await open(), await open()];
    await one.insertOne({ a: 1 });
    const written = asked.length;
    await other.findOne({});
    expect(asked[written]).toMatchObject({ command: 'find', after: 100 + written });
  });

  test('comes after what was told by a server that signs nothing', async () => {
    const { asked, open } = await started(replicaSet, { isSigned: false });
    const commits = await open();
    await commits.insertOne({ a: 1 });
    const written = asked.length;
    await commits.findOne({});
    expect(asked[written]?.after).toBe(100 + written);
  });

  test.each([
    ['that tells no moments', replicaSet, { tellsMoments: false }],
    ['that says of itself that it has no sessions', {}, {}],
  ])('is asked as ever of a server %s', async (_, hello, how) => {
    const { asked, open } = await started(hello, how);
    const commits = await open();
    await commits.insertOne({ a: 1 });
    await commits.find({}).toArray();
    expect(asked.map(({ after }) => after).filter((after) => after !== undefined)).toEqual([]);
    expect(asked.some(({ isOfSession }) => isOfSession)).toBe(hello === replicaSet);
  });
});
