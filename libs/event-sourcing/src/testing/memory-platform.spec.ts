import { eventLogSuite } from './event-log.suite';
import { eventStoreSuite } from './event-store.suite';
import { createMemoryEvents } from './memory-events';
import { createMemoryPolicies } from './memory-policies';
import { createMemoryViews } from './memory-views';
import { policyStoreSuite } from './policy-store.suite';
import { viewStoreSuite } from './view-store.suite';

const close = async (): Promise<void> => undefined;

describe('the event store in memory', () => {
  eventStoreSuite(async (options) => ({ ...createMemoryEvents(options), close }));
});

describe('the event log in memory', () => {
  eventLogSuite(async (options) => ({ ...createMemoryEvents(options), close }));
});

describe('the view store in memory', () => {
  viewStoreSuite(async () => ({ views: createMemoryViews(), close }));
});

describe('the policy store in memory', () => {
  policyStoreSuite(async () => ({ policies: createMemoryPolicies(), close }));
});
