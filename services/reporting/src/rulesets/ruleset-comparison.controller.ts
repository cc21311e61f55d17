import { pageQuery, zodQuery } from '@faemban/nest-kit';
import { isIsoDay } from '@faemban/thai';
import { Controller, Get } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { figureLevels } from '../areas/area-figures.view';
import {
  CompareRulesets,
  FindDifferingHouseholds,
  type DifferingHouseholds,
  type RulesetComparison,
} from './ruleset-comparison.queries';

const ruleset = z.string().regex(/^[a-z][a-z0-9-]{1,39}(\/[1-9]\d{0,2})?$/);
const comparing = {
  one: ruleset,
  other: ruleset,
  round: z.coerce.number().int().min(2500).max(2700),
  under: z.string().regex(/^(\d\d){1,5}$/),
  asOf: z.string().refine(isIsoDay, 'ต้องเป็นวันที่ yyyy-mm-dd (ค.ศ.) · a day, yyyy-mm-dd').optional(),
};
const tableQuery = z.object({ ...comparing, level: z.enum(figureLevels) });
const householdsQuery = z.object({ ...comparing, ...pageQuery });

@ApiTags('reporting')
@Controller('rulesets/compare')
export class RulesetComparisonController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @ApiOperation({ summary: 'Two rulesets over the same households: poor under both, one, or neither, by area.' })
  compare(@zodQuery(tableQuery) query: z.infer<typeof tableQuery>): Promise<RulesetComparison> {
    const { level, ...asked } = query;
    return this.queries.execute(new CompareRulesets(asked, level));
  }

  @Get('households')
  @ApiOperation({ summary: 'The households that two rulesets judge otherwise, and why, by village.' })
  households(@zodQuery(householdsQuery) query: z.infer<typeof householdsQuery>): Promise<DifferingHouseholds> {
    const { limit, after, ...asked } = query;
    return this.queries.execute(new FindDifferingHouseholds(asked, limit, after));
  }
}
