import { openMongoSeals, openMongoViews, type MongoViews } from '@faemban/store-mongo';
import type { OpenServiceState } from './order';

/** Opens what a service keeps in its database beside its events: seals, policies and records of rebuilds. */
export const openMongoState: OpenServiceState = async ({ url, database, capabilities }) => {
  const options = { url, database, ...(capabilities === undefined ? {} : { capabilities }) };
  const seals = await openMongoSeals(options);
  let opened: MongoViews;
  try {
    opened = await openMongoViews(options);
  } catch (error) {
    await seals.close();
    throw error;
  }
  return {
    seals,
    policies: opened.policies,
    rebuilds: opened.views,
    publishKeys: (keys) => seals.publishKeys(keys),
    publishedKeys: () => seals.publishedKeys(),
    async close() {
      await seals.close();
      await opened.close();
    },
  };
};
