import {
  eventLogSuite,
  eventStoreSuite,
  type EventsFactory,
  type EventsUnderTest,
} from '@faemban/event-sourcing/testing';
import { describeOnMongo, type MongoProtocolServer } from '@faemban/native-servers';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { openMongoEvents, type MongoEventsOptions } from './mongo-events';

/** A server that shares two cores with its tests may be slow; nothing here waits for this to pass. */
const patienceMs = 110_000;
jest.setTimeout(120_000);

/** Opens an empty database for every test. The clock of these suites stands still, so the server is taken to agree with it. */
const onServer = (server: () => MongoProtocolServer): EventsFactory => {
  return ({ clock, partitionCount }) => {
    const { url, name } = server();
    return open({
      url,
      database: freshDatabase(),
      capabilities: { replacesAtomically: name !== 'ferretdb' },
      contexts: ['ingestion', 'mpi-scoring'],
      clock,
      partitionCount,
      serverTime: async () => clock(),
      // Nobody else sequences here. FerretDB reads whole collections where MongoDB uses an index, so it is not polled needlessly.
      times: name === 'ferretdb' ? { pollMs: 1_000, partitionsAtOnce: 1, patienceMs } : { patienceMs },
    });
  };
};

async function open(options: MongoEventsOptions): Promise<EventsUnderTest> {
  const events = await openMongoEvents(options);
  return {
    store: (context) => events.store(context),
    log: events.log,
    async close() {
      await events.close();
      await dropDatabase(options.url, options.database);
    },
    async reopen() {
      await events.close();
      return open(options);
    },
  };
}

// Ten milliseconds an update, and whole collections read: FerretDB is given less at once, as much as shows the order.
const streamsOn = (name: string): { streams?: number } => (name === 'ferretdb' ? { streams: 40 } : {});

describeOnMongo('the event store', (server, { name }) => {
  eventStoreSuite(onServer(server), streamsOn(name));
});

describeOnMongo('the event log', (server, { name }) => {
  eventLogSuite(onServer(server), streamsOn(name));
});
