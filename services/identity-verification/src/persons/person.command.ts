import { AggregateCommand } from '@faemban/nest-kit';
import type { PersonInput } from './person.decisions';

/** A person's command on the command bus. */
export class PersonCommand extends AggregateCommand<PersonInput> {}
