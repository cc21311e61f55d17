import { createCommandHandler } from '../commands/command-handler';
import { definePolicy } from '../policies/define-policy';
import { createPolicyRunner } from '../policies/policy-runner';
import { commandContext } from '../testing/command-context';
import { exampleHousehold, noteTaken, type HouseholdCommand } from '../testing/example-household';
import { createMemoryPlatform } from '../testing/memory-platform';
import { defineView } from '../views/define-view';
import { createViewRunner } from '../views/view-runner';
import { retryDelayMs, retryPlanDefault, type Runner } from './runner';
import { settled } from './settled';

const counts = defineView<{ count: number }>({
  name: 'counts',
  version: 1,
  idOf: ({ data }) => (data as { householdId: string }).householdId,
  slices: { 'case-management': (count: number | undefined) => (count ?? 0) + 1 },
  show: ({ 'case-management': count }: { 'case-management': number }) => ({ count }),
  indexes: { byCount: ['count'] },
});
/** Counts a note down to 0, one event causing the next. */
const countDown = definePolicy({
  key: 'count-down',
  on: noteTaken,
  startAt: 'beginning',
  react: ({ data: { householdId, value } }): HouseholdCommand[] =>
    value > 0 ? [{ type: 'TakeNotes', householdId, values: [value - 1] }] : [],
});

describe('settled', () => {
  test('waits for what events cause in turn, in every runner', async () => {
    const { store, log, views, clock } = createMemoryPlatform();
    const handler = createCommandHandler({ aggregate: exampleHousehold, store: store('case-management') });
    const stores = views('reporting');
    const runners: Runner[] = [
      createViewRunner({ view: counts, store: stores.views, log, clock }),
      createPolicyRunner({
        policy: countDown,
        store: stores.policies,
        log,
        clock,
        dispatch: (command, context) => handler.handle(command as HouseholdCommand, context),
      }),
    ];
    await Promise.all(runners.map((runner) => runner.start()));
    await handler.handle({ type: 'OpenHousehold', householdId: 'a', area: '84' }, commandContext());
    await handler.handle({ type: 'TakeNotes', householdId: 'a', values: [25] }, commandContext());
    await settled(runners, log);
    expect(await store('case-management').load('household-a')).toHaveLength(27);
    expect(runners.map((runner) => runner.status().lagEvents)).toEqual([0, 0]);
    expect(runners.map((runner) => runner.status().applied)).toEqual([27, 27]);
    await Promise.all(runners.map((runner) => runner.stop()));
    await expect(settled(runners, log)).rejects.toThrow('not running');
  });

  test('a stop while it waits ends the waiting', async () => {
    const { log, views, clock, store } = createMemoryPlatform();
    const busy = Object.assign(new Error('busy'), { code: 'SQLITE_BUSY' });
    const runner = createViewRunner({
      view: counts,
      store: views('reporting').views,
      log: { ...log, read: () => Promise.reject(busy) },
      clock,
    });
    await createCommandHandler({ aggregate: exampleHousehold, store: store('case-management') }).handle(
      { type: 'OpenHousehold', householdId: 'a', area: '84' },
      commandContext(),
    );
    await runner.start();
    const waiting = expect(settled([runner], log)).rejects.toThrow('was stopped');
    await runner.stop();
    await waiting;
  });
});

describe('the delay before a retry', () => {
  test('doubles up to its limit, the upper half by chance', () => {
    const least = [1, 2, 3, 8, 9, 100].map((retry) => retryDelayMs(retryPlanDefault, retry, () => 0));
    const most = [1, 2, 3, 8, 9, 100].map((retry) => retryDelayMs(retryPlanDefault, retry, () => 1));
    expect(least).toEqual([25, 50, 100, 3_200, 5_000, 5_000]);
    expect(most).toEqual([50, 100, 200, 6_400, 10_000, 10_000]);
  });
});
