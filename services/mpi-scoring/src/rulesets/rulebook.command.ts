import { AggregateCommand } from '@faemban/nest-kit';
import type { RulebookCommand as Command } from './rulebook.decisions';

/** A command to the rulebook, on the command bus. */
export class RulebookCommand extends AggregateCommand<Command> {}
