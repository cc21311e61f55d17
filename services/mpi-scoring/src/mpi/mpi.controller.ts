import { Problem, zodBody, zodQuery } from '@faemban/nest-kit';
import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { AskRobustness, AskWhatIf, FindMpiChanges, FindMpiFigures } from './mpi.queries';
import { changeOf, changesQuery, figuresQuery, robustnessQuery, whatIfBody } from './mpi.schemas';

@ApiTags('mpi-scoring')
@Controller('mpi')
export class MpiController {
  constructor(private readonly queries: QueryBus) {}

  @Get('figures')
  @ApiOperation({
    summary:
      'Alkire-Foster figures by area: headcount H, intensity A, M0, and what each indicator and dimension adds. Several cut-offs at once.',
  })
  figures(@zodQuery(figuresQuery) query: z.infer<typeof figuresQuery>): Promise<unknown> {
    const { level, under, round, ruleset, asOf, unit, k, detail, gaps, ...change } = query;
    const on = { level, under, round, ruleset, asOf, unit };
    const asked = changeOf({ ...change, gaps: gaps === 'true' });
    return this.queries.execute(new FindMpiFigures(on, asked, k ?? [], detail === 'indicators'));
  }

  @Post('what-if')
  @HttpCode(200)
  @ApiOperation({
    summary:
      'What the figures would be under other weights, cut-offs, thresholds, indicators or identification. Records nothing.',
  })
  whatIf(@zodBody(whatIfBody) body: z.infer<typeof whatIfBody>): Promise<unknown> {
    const { change, ...on } = body;
    return this.queries.execute(new AskWhatIf(on, changeOf(change)));
  }

  @Get('robustness')
  @ApiOperation({
    summary: 'How far the ranking of areas hangs on the cut-off and the weights, and which indicators say the same.',
  })
  robustness(@zodQuery(robustnessQuery) query: z.infer<typeof robustnessQuery>): Promise<unknown> {
    const { level, under, round, ruleset, asOf, unit, ...change } = query;
    return this.queries.execute(new AskRobustness({ level, under, round, ruleset, asOf, unit }, changeOf(change)));
  }

  @Get('changes')
  @ApiOperation({
    summary:
      'Changes between two rounds, or two days of one series, taken apart: incidence and intensity, areas, households.',
  })
  changes(@zodQuery(changesQuery) query: z.infer<typeof changesQuery>): Promise<unknown> {
    const { level, under, ruleset, unit, from, to, asOf, round, fromDay, toDay, ...change } = query;
    return this.queries.execute(
      new FindMpiChanges(
        { level, under, ruleset, unit },
        betweenOf({ from, to, asOf, round, fromDay, toDay }),
        changeOf(change),
      ),
    );
  }
}

type Asked = Pick<z.infer<typeof changesQuery>, 'from' | 'to' | 'asOf' | 'round' | 'fromDay' | 'toDay'>;

/** @throws Problem 400 `two-times-needed` */
function betweenOf({ from, to, asOf, round, fromDay, toDay }: Asked): FindMpiChanges['between'] {
  const areDays = round !== undefined && fromDay !== undefined && toDay !== undefined && fromDay < toDay;
  if (areDays && from === undefined && to === undefined && asOf === undefined) {
    return { kind: 'days', round, from: fromDay, to: toDay };
  }
  const areRounds = from !== undefined && to !== undefined && from < to;
  if (areRounds && round === undefined && fromDay === undefined && toDay === undefined) {
    return { kind: 'rounds', from, to, asOf };
  }
  throw new Problem(400, 'two-times-needed', {
    th: 'ระบุสองรอบปี (from น้อยกว่า to และอาจมี asOf) หรือรอบเดียวกับสองวัน (round fromDay toDay โดย fromDay มาก่อน) อย่างใดอย่างหนึ่ง',
    en: 'Name two rounds (from below to, and asOf if wanted), or one series and two days (round, fromDay, toDay, the first earlier): one of the two.',
  });
}
