import { idSchema } from '@faemban/contracts';
import type { Page } from '@faemban/event-sourcing';
import { pageQuery, zodParams, zodQuery } from '@faemban/nest-kit';
import { isIsoDay } from '@faemban/thai';
import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { FindHouseholdHistory, type ToldHistory } from './household-history.queries';
import { ListHouseholds, type NamedHousehold } from './household-list.queries';

const listQuery = z.object({
  under: z.string().regex(/^(\d\d){1,5}$/),
  round: z.coerce.number().int().min(2500).max(2700).optional(),
  poor: z.enum(['true', 'false']).optional(),
  ...pageQuery,
});

const instantPattern = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;
const dayOrInstant = z.string().refine((text) => {
  const day = instantPattern.exec(text)?.[1] ?? text;
  return isIsoDay(day);
}, 'ต้องเป็นวันที่ yyyy-mm-dd หรือเวลา yyyy-mm-ddThh:mm:ss+07:00 · a day, or an instant with its zone');
const historyParams = z.object({ householdId: idSchema });
const historyQuery = z.object({ asOf: dayOrInstant.optional(), asKnownAt: dayOrInstant.optional() });

@ApiTags('reporting')
@Controller('households')
export class HouseholdsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @ApiOperation({ summary: 'Households under an area, as they are now; `round` is the round of their newest score.' })
  list(@zodQuery(listQuery) query: z.infer<typeof listQuery>): Promise<Page<NamedHousehold>> {
    const { under, limit, after, poor, round } = query;
    const isPoor = poor === undefined ? undefined : poor === 'true';
    return this.queries.execute(new ListHouseholds(under, limit, after, isPoor, round));
  }

  @Get(':householdId/history')
  @ApiOperation({
    summary: 'Everything recorded of a household, valid on a day and as it was known at another, in words.',
  })
  history(
    @zodParams(historyParams) { householdId }: z.infer<typeof historyParams>,
    @zodQuery(historyQuery) { asOf, asKnownAt }: z.infer<typeof historyQuery>,
  ): Promise<ToldHistory> {
    return this.queries.execute(new FindHouseholdHistory(householdId, asOf, asKnownAt));
  }
}
