import { mongo } from 'mongoose';
import { classify } from '@faemban/event-sourcing';
import { openDatabase } from './connection/open-database';
import { asDatabaseFailure, DatabaseUnavailable } from './failures';

const answered = (code: number) => new mongo.MongoServerError({ code, errmsg: 'no' });
const acknowledged = { getWriteConcernError: () => undefined } as mongo.BulkWriteResult;
const unacknowledged = {
  getWriteConcernError: () => ({ code: 64, errmsg: 'waiting for replication timed out' }) as mongo.WriteConcernError,
} as mongo.BulkWriteResult;
const noServers = { servers: new Map() } as unknown as mongo.TopologyDescription;

test('a database that is not there yet is waited for, not given up', async () => {
  // Nobody listens on port 1.
  const opened = openDatabase({ url: 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200', database: 'faemban-none' });
  const failure = await opened.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DatabaseUnavailable);
  expect(classify(failure)).toBe('transient');
}, 30_000);

describe('work that the database ended is done again', () => {
  test.each([
    ['a cursor that is gone', 43],
    ['a query that was stopped', 175],
    ['a cursor that was stopped', 237],
    ['a command that was stopped', 11_601],
    ['a server that stops', 11_600],
    ['a shard without a primary', 133],
    ['a majority that does not acknowledge in time', 64],
    ['an operator who lets nobody write', 371],
    ['a disk that is full', 14_031],
  ])('where it speaks of %s (%i)', (_, code) => {
    expect(asDatabaseFailure(answered(code))).toBeInstanceOf(DatabaseUnavailable);
    const inBulk = new mongo.MongoBulkWriteError({ message: 'no', code }, acknowledged);
    expect(asDatabaseFailure(inBulk)).toBeInstanceOf(DatabaseUnavailable);
  });

  test.each([
    ['a lost connection', new mongo.MongoNetworkError('connection 3 closed')],
    ['no server', new mongo.MongoServerSelectionError('not selected', noServers)],
    ['a server that knows its primary no more', answered(10_107)],
    ['a connection that this process closed', new mongo.MongoTopologyClosedError('Topology is closed')],
  ])('where a bulk write met %s', (_, met) => {
    const failure = asDatabaseFailure(new mongo.MongoBulkWriteError(met, acknowledged));
    expect(failure).toBeInstanceOf(DatabaseUnavailable);
    expect(classify(failure)).toBe('transient');
  });

  test('where a bulk write was not acknowledged by a majority', () => {
    const failure = new mongo.MongoBulkWriteError({ message: 'no', code: 1 }, unacknowledged);
    expect(asDatabaseFailure(failure)).toBeInstanceOf(DatabaseUnavailable);
  });
});

test.each([
  ['a value that is not taken', 2],
  ['a document that is too large', 10_334],
  ['a unique key that is taken', 11_000],
])('what the database says of %s (%i) stays what it is: doing it again is of no use', (_, code) => {
  const bare = answered(code);
  expect(asDatabaseFailure(bare)).toBe(bare);
  const inBulk = new mongo.MongoBulkWriteError(bare, acknowledged);
  expect(asDatabaseFailure(inBulk)).toBe(inBulk);
});
