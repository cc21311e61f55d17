import { Problem, zodParams, zodQuery } from '@faemban/nest-kit';
import { isIsoDay } from '@faemban/thai';
import { Controller, Get, StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { FindFigures, FindReleasedFigures, FindTpmapSums, type FiguresTable } from './area-figures.queries';
import { currentRound, figureLevels } from './area-figures.view';
import { figuresCsv } from './figures-csv';
import { populationOf, povertyOf } from './figures';
import { setOfBits } from './measures';
import type { ExactFigures, ReleasedFigures } from './release';
import { findTpmapFile, tpmapCommonLine, tpmapHeader, tpmapPovertyLine, type TpmapFile } from './tpmap-format';
import type { TallySum } from '@faemban/event-sourcing';

const day = z.string().refine(isIsoDay, 'ต้องเป็นวันที่ yyyy-mm-dd (ค.ศ.) · a day, yyyy-mm-dd');
const days = { asOf: day.optional(), asKnownAt: day.optional() };
const fullMask = '11111';
const figuresQuery = z.object({
  level: z.enum(figureLevels),
  under: z.string().regex(/^(\d\d){1,5}$/),
  round: z.string().regex(new RegExp(`^(25\\d\\d|26\\d\\d|${currentRound})$`)),
  ruleset: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,39}(\/[1-9]\d{0,2})?$/)
    .optional(),
  ...days,
  mask: z
    .string()
    .regex(/^(?!00000)[01]{5}$/)
    .optional(),
  format: z.enum(['json', 'csv']).default('json'),
  scope: z.enum(['inside', 'outside']).default('inside'),
});
type FiguresQuery = z.infer<typeof figuresQuery>;
const tpmapParams = z.object({ file: z.string().max(40) });
const tpmapQuery = z.object(days);

@ApiTags('reporting')
@Controller()
export class FiguresController {
  constructor(private readonly queries: QueryBus) {}

  @Get('figures')
  @ApiOperation({
    summary: 'Figures by area, as of and as known at any day; outside the area scope, the fixed release.',
  })
  async figures(
    @zodQuery(figuresQuery) query: FiguresQuery,
  ): Promise<FiguresTable<ExactFigures> | FiguresTable<ReleasedFigures> | StreamableFile> {
    const table: FiguresTable<ExactFigures> | FiguresTable<ReleasedFigures> = await this.queries.execute(
      questionOf(query),
    );
    if (query.format === 'json') return table;
    const { level, under, round } = query;
    return csvFile(figuresCsv(table), `figures-${level}-${under}-${round}.csv`);
  }

  @Get('tpmap/:file')
  @ApiOperation({
    summary: "Figures in TPMAP's own file format, such as 61_84_village_11111.csv or 61_84_amphur_common.csv.",
  })
  async tpmap(
    @zodParams(tpmapParams) params: z.infer<typeof tpmapParams>,
    @zodQuery(tpmapQuery) { asOf, asKnownAt }: z.infer<typeof tpmapQuery>,
  ): Promise<StreamableFile> {
    const [name = '', extension] = params.file.split('.');
    const file = extension === 'csv' ? findTpmapFile(name) : undefined;
    if (!file) throw tpmapFileUnknown();
    const areas: readonly TallySum[] = await this.queries.execute(new FindTpmapSums(file, asOf, asKnownAt));
    return csvFile(tpmapLines(file, areas), `${name}.csv`);
  }
}

/** Outside the area scope there is nothing to choose: each choice would be another figure to subtract. */
function questionOf(query: FiguresQuery): FindFigures | FindReleasedFigures {
  const { level, under, round, ruleset, asOf, asKnownAt, mask = fullMask, scope } = query;
  if (scope === 'inside') return new FindFigures(level, under, { round, ruleset, asOf, asKnownAt }, setOfBits(mask));
  const isChosen = ruleset !== undefined || asOf !== undefined || asKnownAt !== undefined || mask !== fullMask;
  if (isChosen || round === currentRound) throw releaseIsFixed();
  return new FindReleasedFigures(level, under, Number(round));
}

const releaseIsFixed = (): Problem =>
  new Problem(403, 'release-is-fixed', {
    th: 'นอกขอบเขตพื้นที่มีตัวเลขเผยแพร่ชุดเดียวต่อรอบปี เลือก asOf asKnownAt ruleset mask หรือรอบ current ไม่ได้ ส่งเฉพาะ level under round และ format',
    en: 'Outside the area scope there is one fixed release a round. Leave out asOf, asKnownAt, ruleset and mask, and name a data year: level, under, round and format are yours to choose.',
  });

const tpmapFileUnknown = (): Problem =>
  new Problem(404, 'tpmap-file-unknown', {
    th: 'ไม่มีแฟ้มชื่อนี้ ชื่อแฟ้มเป็น ปี_จังหวัด_ระดับ_มิติ.csv เช่น 61_84_village_11111.csv ระดับคือ village tambol amphur และมิติเป็นเลข 0/1 ห้าตัวที่ไม่เป็นศูนย์ทั้งหมด หรือ common',
    en: 'There is no such file. Names are year_province_level_dimensions.csv, such as 61_84_village_11111.csv: level is village, tambol or amphur, dimensions five digits 0/1 not all 0, or common.',
  });

function* tpmapLines(file: TpmapFile, areas: readonly TallySum[]): Generator<string> {
  yield tpmapHeader(file);
  for (const { area, sums } of areas) {
    yield file.content === 'common'
      ? tpmapCommonLine(file, area, populationOf(sums))
      : tpmapPovertyLine(file, area, povertyOf(sums, file.content));
  }
}

/** Lines computed and sent in one piece; other requests are served in between. */
const linesPerPiece = 64;

function csvFile(lines: Iterable<string>, name: string): StreamableFile {
  return new StreamableFile(Readable.from(pieces(lines), { objectMode: false }), {
    type: 'text/csv; charset=utf-8',
    disposition: `attachment; filename="${name}"`,
  });
}

async function* pieces(lines: Iterable<string>): AsyncGenerator<Buffer> {
  let piece: string[] = [];
  for (const each of lines) {
    piece.push(each);
    if (piece.length < linesPerPiece) continue;
    yield Buffer.from(piece.join(''));
    piece = [];
    await nextTurn();
  }
  if (piece.length > 0) yield Buffer.from(piece.join(''));
}
