import { classify } from '@faemban/event-sourcing';
import { openDatabase } from './connection/open-database';
import { DatabaseUnavailable } from './failures';

test('a database that is not there yet is waited for, not given up', async () => {
  // Nobody listens on port 1.
  const opened = openDatabase({ url: 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200', database: 'faemban-none' });
  const failure = await opened.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DatabaseUnavailable);
  expect(classify(failure)).toBe('transient');
}, 30_000);
