import { AggregateCommand } from '@faemban/nest-kit';
import type { AreaMappingInput } from './area-mapping.decisions';

/** An area mapping's command on the command bus. */
export class AreaMappingCommand extends AggregateCommand<AreaMappingInput> {}
