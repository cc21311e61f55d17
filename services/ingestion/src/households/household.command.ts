import { AggregateCommand } from '@faemban/nest-kit';
import type { HouseholdInput } from './household.decisions';

/** A household's command on the command bus. */
export class HouseholdCommand extends AggregateCommand<HouseholdInput> {}
