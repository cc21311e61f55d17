import type { ContextName } from '@faemban/contracts';
import type { Verification } from '@faemban/event-sourcing';
import { decodeCursor, encodeCursor, type ParkedItem, type ParkedList, type ServerStatus } from '@faemban/nest-kit';
import fc from 'fast-check';
import { z } from 'zod';
import { serviceNames, type ServiceName } from '../routes';
import { listAllParked, type AskParked } from './merged-parked';
import { mergeStatuses } from './merged-status';
import { mergeVerifications } from './merged-verification';

/** What each service has parked, as the ids of its sequences; a service that does not know the view has nothing to say. */
type Parked = Readonly<Record<ServiceName, readonly string[] | undefined>>;

const asking =
  (parked: Parked): AskParked =>
  async (service, { after, limit }) => {
    const all = parked[service];
    if (all === undefined) return undefined;
    const from = after === undefined ? 0 : decodeCursor(z.number(), after);
    const shown = all.slice(from, from + limit);
    const list: ParkedList = {
      ...{ total: 2 * all.length, sequences: all.length, causes: [] },
      ...{ oldestAt: all.length > 0 ? '2021-01-01T00:00:00.000Z' : null, oldestSeconds: all.length },
      items: shown.map((id) => ({ id }) as ParkedItem),
      ...(from + limit < all.length ? { next: encodeCursor(from + limit) } : {}),
    };
    return list;
  };

describe('what is parked in several services', () => {
  const lists = fc.record(
    Object.fromEntries(
      serviceNames.map((service) => [service, fc.option(fc.array(fc.uuid(), { maxLength: 7 }), { nil: undefined })]),
    ) as Record<ServiceName, fc.Arbitrary<readonly string[] | undefined>>,
  );

  test('is read page by page, each sequence once, and its counts are those of all on every page', async () => {
    await fc.assert(
      fc.asyncProperty(lists, fc.integer({ min: 1, max: 9 }), async (parked, limit) => {
        const known = serviceNames.flatMap((service) => (parked[service] === undefined ? [] : [parked[service]]));
        const read: string[] = [];
        let after: string | undefined;
        do {
          const page = await listAllParked(asking(parked), { after, limit });
          if (known.length === 0) return expect(page).toBeUndefined();
          expect(page).toMatchObject({ sequences: known.flat().length, total: 2 * known.flat().length });
          expect(page?.items.length).toBeLessThanOrEqual(limit);
          if (page?.next !== undefined) expect(page.items).toHaveLength(limit);
          read.push(...(page?.items ?? []).map(({ id }) => id));
          after = page?.next;
        } while (after !== undefined);
        return expect(read).toEqual(known.flat());
      }),
    );
  });
});

const aStatus = (context: ContextName, change: Partial<ServerStatus> = {}): ServerStatus => ({
  ...{ service: context, profile: 'distributed', startedAt: '2021-01-01T00:00:00.000Z', draining: false },
  ...{ residentMebibytes: 100, parked: { total: 0, oldestAt: null, oldestSeconds: 0 }, runners: [] },
  contexts: [{ context, events: 5, lastRecordedAt: null }],
  ...change,
});
const aRunner = (change: Partial<ServerStatus['runners'][number]>): ServerStatus['runners'][number] => ({
  ...{ name: 'household-scores', kind: 'view', state: 'live', lagEvents: 0, lagSeconds: 0, applied: 10 },
  ...{ parkedTotal: 0, parkedOldestAt: null },
  ...change,
});
const own = { startedAt: '2021-01-02T00:00:00.000Z', draining: false, residentMebibytes: 50 };

describe('the status of several instances', () => {
  test('adds lags up, tells the worst state and its fault, and counts once what the service has parked', () => {
    const parked = { total: 2, oldestAt: '2021-01-01T00:00:00.000Z', oldestSeconds: 60 };
    const merged = mergeStatuses(
      [
        { service: 'mpi-scoring', status: aStatus('mpi-scoring', { runners: [aRunner({ lagEvents: 3 })] }) },
        {
          service: 'mpi-scoring',
          status: aStatus('mpi-scoring', {
            parked,
            runners: [aRunner({ state: 'faulted', fault: 'disk full', lagEvents: 4, lagSeconds: 9, parkedTotal: 2 })],
          }),
        },
      ],
      [],
      own,
    );
    expect(merged.runners).toEqual([
      aRunner({ state: 'faulted', fault: 'disk full', lagEvents: 7, lagSeconds: 9, parkedTotal: 2, applied: 20 }),
    ]);
    expect(merged.parked).toEqual(parked);
    expect(merged).toMatchObject({ residentMebibytes: 250, contexts: [{ context: 'mpi-scoring', events: 5 }] });
  });

  test('tells a context by the service that records it, and by nobody else', () => {
    const others = { contexts: [{ context: 'ingestion' as const, events: 99, lastRecordedAt: null }] };
    const merged = mergeStatuses(
      [
        { service: 'reporting', status: aStatus('reporting', others) },
        { service: 'ingestion', status: aStatus('ingestion') },
      ],
      [],
      own,
    );
    expect(merged.contexts).toEqual([{ context: 'ingestion', events: 5, lastRecordedAt: null }]);
  });
});

test('one altered service alters the verdict on all', () => {
  const found = (verdict: Verification['verdict']): Verification => ({
    ...{ installation: 'i', verdict, events: 10, partitions: 4, seconds: 2, seals: 1, sealedEvents: 9 },
    ...{ keys: [], isKeyGiven: false, findings: [], findingsTotal: verdict === 'altered' ? 1 : 0, sealFaults: [] },
  });
  expect(mergeVerifications([found('unaltered'), found('unaltered')])).toMatchObject({
    ...{ verdict: 'unaltered', events: 20, partitions: 8, sealedEvents: 18, seconds: 2 },
  });
  expect(mergeVerifications([found('unaltered'), found('altered')])).toMatchObject({
    ...{ verdict: 'altered', findingsTotal: 1 },
  });
});
