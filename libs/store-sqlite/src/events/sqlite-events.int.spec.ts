import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  eventLogSuite,
  eventStoreSuite,
  type EventsFactory,
  type EventsUnderTest,
} from '@faemban/event-sourcing/testing';
import { openSqliteEvents, type SqliteEventsOptions } from './sqlite-events';

const onRealFiles: EventsFactory = async (options) => {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-events-'));
  return open({ ...options, file: join(folder, 'events.sqlite') }, folder);
};

async function open(options: SqliteEventsOptions, folder: string): Promise<EventsUnderTest> {
  const events = await openSqliteEvents(options);
  return {
    store: (context) => events.store(context),
    log: events.log,
    async close() {
      await events.close();
      rmSync(folder, { recursive: true, force: true });
    },
    async reopen() {
      await events.close();
      return open(options, folder);
    },
  };
}

describe('the event store on SQLite', () => {
  eventStoreSuite(onRealFiles);
});

describe('the event log on SQLite', () => {
  eventLogSuite(onRealFiles);
});
