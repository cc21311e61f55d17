import { AggregateCommand } from '@faemban/nest-kit';
import type { ImportInput } from './import.decisions';

/** An import's command on the command bus. */
export class ImportCommand extends AggregateCommand<ImportInput> {}
