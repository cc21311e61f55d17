import { z } from 'zod';
import { defineEvent, type EventOf } from '@faemban/contracts';
import { defineAggregate } from '../commands/aggregate';
import { RuleBroken } from '../decider';
import type { CommandContext } from '../events';

/** A small household for the kernel's own tests: it is opened, noted about, and closed. */
export const householdOpened = defineEvent({
  type: 'HouseholdOpened',
  context: 'case-management',
  version: 1,
  summary: 'A household was opened.',
  data: z.strictObject({ householdId: z.string(), area: z.string() }),
  restricted: [],
  examples: [{ householdId: 'h', area: '84' }],
  since: '0.1.0',
});
export const noteTaken = defineEvent({
  type: 'NoteTaken',
  context: 'case-management',
  version: 2,
  summary: 'A number was noted about a household.',
  data: z.strictObject({ householdId: z.string(), value: z.number() }),
  restricted: [],
  examples: [{ householdId: 'h', value: 1 }],
  since: '0.1.0',
});
export const householdClosed = defineEvent({
  type: 'HouseholdClosed',
  context: 'case-management',
  version: 1,
  summary: 'A household was closed.',
  data: z.strictObject({ householdId: z.string(), by: z.string(), at: z.string() }),
  restricted: [],
  examples: [{ householdId: 'h', by: 'somchai', at: '2021-03-01T02:00:00.000Z' }],
  since: '0.1.0',
});

type HouseholdEvent = EventOf<typeof householdOpened> | EventOf<typeof noteTaken> | EventOf<typeof householdClosed>;
export type HouseholdCommand =
  | { readonly type: 'OpenHousehold'; readonly householdId: string; readonly area: string }
  | { readonly type: 'TakeNotes'; readonly householdId: string; readonly values: readonly number[] }
  | { readonly type: 'CloseHousehold'; readonly householdId: string };
interface Household {
  readonly status: 'none' | 'open' | 'closed';
  readonly notes: readonly number[];
}

function decide(command: HouseholdCommand, state: Household, context: CommandContext): HouseholdEvent[] {
  const { householdId } = command;
  switch (command.type) {
    case 'OpenHousehold':
      return state.status === 'none' ? [{ type: 'HouseholdOpened', data: { householdId, area: command.area } }] : [];
    case 'TakeNotes':
      mustBeOpen(state);
      return command.values.map((value) => ({ type: 'NoteTaken', data: { householdId, value } }));
    case 'CloseHousehold': {
      mustBeOpen(state);
      const { actor, occurredAt } = context;
      return [{ type: 'HouseholdClosed', data: { householdId, by: actor.accountId, at: occurredAt } }];
    }
  }
}

function mustBeOpen({ status }: Household): void {
  if (status === 'open') return;
  throw new RuleBroken('household-must-be-open', {
    th: 'ครัวเรือนนี้ไม่ได้เปิดอยู่ เปิดใหม่ก่อนได้',
    en: `The household is ${status}; open one first.`,
  });
}

function evolve(state: Household, event: HouseholdEvent): Household {
  switch (event.type) {
    case 'HouseholdOpened':
      return { status: 'open', notes: [] };
    case 'NoteTaken':
      return { ...state, notes: [...state.notes, event.data.value] };
    case 'HouseholdClosed':
      return { ...state, status: 'closed' };
  }
}

export const exampleHousehold = defineAggregate<Household, HouseholdCommand, HouseholdEvent>({
  name: 'household',
  context: 'case-management',
  decider: { initialState: { status: 'none', notes: [] }, decide, evolve },
  events: [householdOpened, noteTaken, householdClosed],
  streamOf: ({ householdId }) => `household-${householdId}`,
  partitionOf: ({ householdId }) => householdId,
});
