import { idSchema } from '@faemban/contracts';
import { zodParams, zodQuery } from '@faemban/nest-kit';
import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { FindCurrentScore, type CurrentScore } from './household-scores.queries';

const householdParams = z.object({ householdId: idSchema });
const scoreQuery = z.object({
  round: z.coerce.number().int().min(2500).max(2700).optional(),
  ruleset: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,39}(\/[1-9]\d{0,2})?$/)
    .optional(),
});

@ApiTags('mpi-scoring')
@Controller('households')
export class ScoresController {
  constructor(private readonly queries: QueryBus) {}

  @Get(':householdId/score')
  @ApiOperation({ summary: 'The score in force, why it is so, and what would change it.' })
  score(
    @zodParams(householdParams) { householdId }: z.infer<typeof householdParams>,
    @zodQuery(scoreQuery) { round, ruleset }: z.infer<typeof scoreQuery>,
  ): Promise<CurrentScore> {
    return this.queries.execute(new FindCurrentScore(householdId, round, ruleset));
  }
}
