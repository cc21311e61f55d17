import type { Sentence, TallySum, ViewHandle } from '@faemban/event-sourcing';
import { thaiDayOf } from '@faemban/event-sourcing';
import { Problem, type Answering } from '@faemban/nest-kit';
import { areaName } from '@faemban/reference-data';
import { rulesetKey } from '../households/score-timeline';
import { knownRulesets, rulesetUnknown } from '../rulesets/known-rulesets.queries';
import { areaFigures, currentRound, type FigureLevel } from './area-figures.view';
import { populationOf, povertyOf } from './figures';
import { figureSource, figureUnits, withheldNote } from './figures-words';
import { bitsOf, everyDimension, type DimensionSet } from './measures';
import { release, type ExactFigures, type ReleasedFigures } from './release';
import { RELEASES, type Releases } from './releases.token';
import type { TpmapFile, TpmapLevel } from './tpmap-format';

/** What every question about figures names: which series, and the two days it is asked for. Days are inclusive, at UTC+07:00. */
export interface FiguresOn {
  /** A B.E. data year, or `current`. */
  readonly round: string;
  /** `tpmap-2561/1`, or `tpmap-2561` for its newest version; without it, the one the round is spoken of by. */
  readonly ruleset?: string | undefined;
  readonly asOf?: string | undefined;
  readonly asKnownAt?: string | undefined;
}

/** Asks for figures inside the area scope: exact, of any days, under any mask. */
export class FindFigures {
  constructor(
    readonly level: FigureLevel,
    readonly under: string,
    readonly on: FiguresOn,
    readonly mask: DimensionSet,
  ) {}
}

/** Asks for the one fixed release of a round: what may leave the area scope. */
export class FindReleasedFigures {
  constructor(
    readonly level: FigureLevel,
    readonly under: string,
    readonly round: number,
  ) {}
}

/** Asks for the sums behind one of TPMAP's files. */
export class FindTpmapSums {
  constructor(
    readonly file: TpmapFile,
    readonly asOf?: string,
    readonly asKnownAt?: string,
  ) {}
}

/** One area with its figures. */
export type AreaFiguresRow<Figures> = { readonly area: string; readonly name: Sentence } & Figures;

/** Figures with everything a number has to say of itself. */
export interface FiguresTable<Figures = ExactFigures | ReleasedFigures> {
  readonly level: FigureLevel;
  readonly under: string;
  readonly round: string;
  /** `<ruleset id>/<version>`. */
  readonly ruleset: string;
  readonly mask: string;
  readonly scope: 'inside' | 'outside';
  readonly asOf: string;
  readonly asKnownAt: string;
  readonly source: Sentence;
  readonly units: typeof figureUnits;
  readonly note?: Sentence;
  /** Events that are recorded and could not be applied to these figures; `GET /parked` names their households and causes. */
  readonly exceptParkedEvents: number;
  readonly items: readonly AreaFiguresRow<Figures>[];
}

/** @throws Problem 404 `ruleset-unknown` */
export async function findFigures(query: FindFigures, reach: Answering): Promise<FiguresTable<ExactFigures>> {
  const { level, under, mask } = query;
  const tally = reach.tally(areaFigures);
  const series = await seriesOf(query.on, reach);
  const sums = await tally.sum({ level, under, ...series });
  return {
    ...(await describe(query, series, tally)),
    mask: bitsOf(mask),
    scope: 'inside',
    items: sums.map(({ area, sums }) => ({ ...named(area), ...exactFigures(sums, mask) })),
  };
}

/** @throws Problem 404 `release-not-fixed` | 409 `release-not-closed` */
export async function findReleasedFigures(
  query: FindReleasedFigures,
  reach: Answering,
): Promise<FiguresTable<ReleasedFigures>> {
  const { level, under, round } = query;
  const fixed = reach.get<Releases>(RELEASES).find((each) => each.round === round);
  if (!fixed) throw releaseNotFixed(round, reach.get<Releases>(RELEASES));
  const today = todayOf(reach);
  if (fixed.asKnownAt >= today) throw releaseNotClosed(fixed.asKnownAt);
  const tally = reach.tally(areaFigures);
  const series = await seriesOf({ ...fixed, round: `${round}` }, reach);
  const figures = await releaseOf(tally, under.slice(0, provinceDigits), series);
  const areas = await tally.sum({ level, under, ...series });
  return {
    ...(await describe(query, series, tally)),
    mask: bitsOf(everyDimension),
    scope: 'outside',
    note: withheldNote,
    items: areas.flatMap(({ area }) => {
      const released = figures.get(area);
      return released ? [{ ...named(area), ...released }] : [];
    }),
  };
}

/** @throws Problem 404 `ruleset-unknown` where no ruleset is for the file's year */
export async function findTpmapSums(
  { file, asOf, asKnownAt }: FindTpmapSums,
  reach: Answering,
): Promise<readonly TallySum[]> {
  const tally = reach.tally(areaFigures);
  const series = await seriesOf({ round: `${file.round}`, asOf, asKnownAt }, reach);
  const levels = await Promise.all(
    tpmapLevelsOf[file.level].map((level) => tally.sum({ level, under: file.province, ...series })),
  );
  return levels.flat().sort((one, other) => (one.area < other.area ? -1 : 1));
}

const tpmapLevelsOf: Readonly<Record<TpmapLevel, readonly FigureLevel[]>> = {
  village: ['village'],
  tambol: ['tambon', 'municipality'],
  amphur: ['district'],
};
const provinceDigits = 2;

interface Series {
  readonly round: string;
  readonly ruleset: string;
  readonly asOf: string;
  readonly asKnownAt: string;
}

async function seriesOf({ round, ruleset, asOf, asKnownAt }: FiguresOn, reach: Answering): Promise<Series> {
  const today = todayOf(reach);
  const list = await knownRulesets(reach);
  const found =
    ruleset === undefined ? list.defaultFor(round === currentRound ? undefined : Number(round)) : list.named(ruleset);
  if (found === undefined) throw rulesetUnknown(list);
  return { round, ruleset: rulesetKey(found), asOf: asOf ?? today, asKnownAt: asKnownAt ?? today };
}

async function describe(
  { level, under }: { readonly level: FigureLevel; readonly under: string },
  series: Series,
  tally: ViewHandle,
) {
  const { total } = await tally.parked(0);
  return { level, under, ...series, source: figureSource, units: figureUnits, exceptParkedEvents: total };
}

function exactFigures(sums: Float64Array, mask: DimensionSet): ExactFigures {
  return { ...populationOf(sums), ...povertyOf(sums, mask) };
}

/** Releases already cut, per read model, province and state: the same question must not be computed for every reader. */
const cut = new WeakMap<
  ViewHandle,
  Map<string, { readonly at: string; readonly figures: ReadonlyMap<string, ReleasedFigures> }>
>();

async function releaseOf(
  tally: ViewHandle,
  province: string,
  series: Series,
): Promise<ReadonlyMap<string, ReleasedFigures>> {
  // A replay of parked events changes figures while the checkpoint stays.
  const at = JSON.stringify([await tally.checkpoint(), await tally.parked(0), await tally.parkedCauses()]);
  const known = cut.get(tally) ?? new Map();
  cut.set(tally, known);
  const key = JSON.stringify([province, series]);
  const before = known.get(key);
  if (before?.at === at) return before.figures;
  const rowsOf = async (...levels: readonly FigureLevel[]) => {
    const found = await Promise.all(levels.map((level) => tally.sum({ level, under: province, ...series })));
    return found.flat().map(({ area, sums }) => ({ area, figures: exactFigures(sums, everyDimension) }));
  };
  const figures = release([
    await rowsOf('province'),
    await rowsOf('district'),
    await rowsOf('tambon', 'municipality'),
    await rowsOf('village'),
  ]);
  known.set(key, { at, figures });
  return figures;
}

function named(area: string): { readonly area: string; readonly name: Sentence } {
  return { area, name: { th: areaName(area, 'th'), en: areaName(area, 'en') } };
}

function todayOf({ platform }: Answering): string {
  return thaiDayOf(new Date(platform.clock()).toISOString());
}

function releaseNotFixed(round: number, releases: Releases): Problem {
  const known = releases.map((each) => each.round).join(', ');
  return new Problem(404, 'release-not-fixed', {
    th: `ยังไม่มีชุดตัวเลขเผยแพร่ของรอบปี ${round} ${known ? `รอบที่เผยแพร่แล้วคือ ${known}` : 'และยังไม่มีรอบใดเผยแพร่'} ผู้ดูแลระบบกำหนดชุดเผยแพร่ได้ในการตั้งค่า`,
    en: `No release of round ${round} is fixed for readers outside the area scope. ${known ? `Released: ${known}.` : 'None is yet.'} An administrator fixes releases in the configuration.`,
  });
}

function releaseNotClosed(asKnownAt: string): Problem {
  return new Problem(409, 'release-not-closed', {
    th: `ชุดตัวเลขนี้นับข้อมูลที่บันทึกถึงสิ้นวันที่ ${asKnownAt} จึงเผยแพร่ได้ตั้งแต่วันถัดไป`,
    en: `This release counts what is recorded until the end of ${asKnownAt}, and can be read from the next day on.`,
  });
}
