import { policyStoreSuite, viewStoreSuite } from '@faemban/event-sourcing/testing';
import { describeOnMongo, type MongoProtocolServer } from '@faemban/native-servers';
import { dropDatabase, freshDatabase } from '../testing/fresh-database';
import { openMongoViews, type MongoViews, type MongoViewsOptions } from './mongo-views';

jest.setTimeout(120_000);

interface Opened extends MongoViews {
  reopen(): Promise<Opened>;
}

async function open(options: MongoViewsOptions): Promise<Opened> {
  const opened = await openMongoViews(options);
  return {
    ...opened,
    async close() {
      await opened.close();
      await dropDatabase(options.url, options.database);
    },
    async reopen() {
      await opened.close();
      return open(options);
    },
  };
}

const onServer = (server: () => MongoProtocolServer) => (): Promise<Opened> => {
  const { url, name } = server();
  const capabilities = { replacesAtomically: name !== 'ferretdb' };
  return open({ url, database: freshDatabase(), capabilities, times: { followMs: 300 } });
};

describeOnMongo('the view store', (server) => {
  viewStoreSuite(onServer(server));
});

describeOnMongo('the policy store', (server) => {
  policyStoreSuite(onServer(server));
});
