import type { CommandHandler, ContextualCommand } from '@faemban/event-sourcing';
import type { HouseholdInput } from '../households/household.decisions';
import type { Work } from './tools';

/** Commands decided in one go: about 5 ms of work, and about what one durable write takes in. */
const commandsPerTurn = 128;

/** Handles commands in groups, with a turn for others after each. Answers how many were recorded, now or before. @throws the first refusal */
export async function handleInTurns(
  handler: CommandHandler<HouseholdInput>,
  commands: readonly ContextualCommand<HouseholdInput>[],
  work: Work,
): Promise<number> {
  let recorded = 0;
  for (let from = 0; from < commands.length; from += commandsPerTurn) {
    for (const result of await handler.handleMany(commands.slice(from, from + commandsPerTurn))) {
      if (!result.ok) throw result.error;
      if (result.handled.outcome !== 'nothing-to-do') recorded += 1;
    }
    await work.turn();
  }
  return recorded;
}
