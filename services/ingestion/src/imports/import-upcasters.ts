import type { EventOf, importApplied } from '@faemban/contracts';
import { createUpcasters, defineUpcaster } from '@faemban/event-sourcing';

type Applied = EventOf<typeof importApplied>['data'];

/** Version 2 knows one more kind of import and one more part; what version 1 said means the same. */
const uploaded = defineUpcaster({
  type: 'ImportUploaded',
  context: 'ingestion',
  fromVersion: 1,
  up: (data: unknown) => data,
});

/** Version 2 also counts households of which a list of fragile households said something; before it there was no such list. */
const applied = defineUpcaster({
  type: 'ImportApplied',
  context: 'ingestion',
  fromVersion: 1,
  up: ({ unchanged, toReview, ...data }: Omit<Applied, 'fragilities'>): Applied => ({
    ...data,
    ...{ fragilities: 0, unchanged, toReview },
  }),
});

/** What ingestion reads older versions of its events by. */
export const ingestionUpcasters = createUpcasters([uploaded, applied]);
