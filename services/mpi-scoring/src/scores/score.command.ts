import { AggregateCommand } from '@faemban/nest-kit';
import type { ScoreCommand as Command } from './score.decisions';

/** A command to a household's score, on the command bus. */
export class ScoreCommand extends AggregateCommand<Command> {}
