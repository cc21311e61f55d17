import { Problem, zodParams } from '@faemban/nest-kit';
import { findRuleset, rulesets, type Ruleset } from '@faemban/reference-data';
import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';

const rulesetParams = z.object({ id: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/) });

@ApiTags('mpi-scoring')
@Controller('rulesets')
export class RulesetsController {
  @Get()
  @ApiOperation({ summary: 'Every ruleset households are scored by, each version once.' })
  list(): { items: readonly Ruleset[] } {
    return { items: rulesets };
  }

  @Get(':id')
  @ApiOperation({
    summary: 'The newest version of a ruleset: dimensions, indicators, who is poor, who is a target person.',
  })
  find(@zodParams(rulesetParams) { id }: z.infer<typeof rulesetParams>): Ruleset {
    const ruleset = findRuleset(id);
    if (ruleset) return ruleset;
    throw new Problem(404, 'ruleset-unknown', {
      th: `ไม่มีเกณฑ์นี้ เกณฑ์ที่มีคือ ${known()}`,
      en: `There is no such ruleset. There is: ${known()}.`,
    });
  }
}

const known = (): string => rulesets.map(({ id }) => id).join(', ');
