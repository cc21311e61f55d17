import { thaiDayOf } from '@faemban/event-sourcing';
import { Problem, type Answering } from '@faemban/nest-kit';
import type { AreaLevel, Fraction, Ruleset } from '@faemban/reference-data';
import { runUnder } from '../engine/areas';
import { agreementOf } from '../method/alkire-foster/ranking';
import { changesBetween, differenceOf, pathwaysBetween, shown, sideOf } from './mpi-comparison';
import { areaMpi, areasAt, named, scoreSnapshot, type CountedUnit } from './mpi-figures';
import { areasMax, robustnessOf } from './mpi-robustness';
import { ruleOf, shownRule, type MpiChange, type MpiRule } from './mpi-specification';
import { census, mpiSource, mpiUnits } from './mpi-words';
import { inSlices } from './in-slices.runner';
import { ScoreColumns, type CompleteThrough } from './score-columns.feed';
import { dayNumber, rulesetKey } from './score-rows';
import type { Selection, Snapshot } from './snapshot';

/** What every question names: where, of which round, under which ruleset, on which day, counting what. */
export interface MpiOn {
  readonly level: AreaLevel;
  readonly under: string;
  readonly round: number | 'current';
  readonly ruleset?: string | undefined;
  readonly asOf?: string | undefined;
  readonly unit: CountedUnit;
}

/** Asks for Alkire-Foster figures by area, for one cut-off or several. */
export class FindMpiFigures {
  constructor(
    readonly on: MpiOn,
    readonly change: MpiChange,
    readonly cutoffs: readonly Fraction[],
    readonly withIndicators: boolean,
  ) {}
}

/** Asks what the figures would be under another specification, beside those of the ruleset. */
export class AskWhatIf {
  constructor(
    readonly on: MpiOn,
    readonly change: MpiChange,
  ) {}
}

/** Asks how far the figures hang on the cut-off, the weights and redundant indicators. */
export class AskRobustness {
  constructor(
    readonly on: MpiOn,
    readonly change: MpiChange,
  ) {}
}

/** Asks for changes between two rounds, or two days of one series. */
export class FindMpiChanges {
  constructor(
    readonly on: Omit<MpiOn, 'round' | 'asOf'>,
    readonly between:
      | { readonly kind: 'rounds'; readonly from: number; readonly to: number; readonly asOf?: string | undefined }
      | { readonly kind: 'days'; readonly round: number | 'current'; readonly from: string; readonly to: string },
    readonly change: MpiChange,
  ) {}
}

/** @throws Problem 404 `ruleset-unknown`, 400 `specification-invalid`, 503 `mpi-columns-loading` */
export function findMpiFigures({ on, change, cutoffs, withIndicators }: FindMpiFigures, reach: Answering) {
  return reach.get<ScoreColumns>(ScoreColumns).ask(async (take, complete) => {
    const { ruleset, asOf } = seriesOf(on, reach);
    const rules = (cutoffs.length === 0 ? [change.k] : cutoffs).map((k) => ruleFor(ruleset, { ...change, k }));
    const snapshot = await take(selectionOf(ruleset, on.round, asOf));
    const runs = areasAt(snapshot.columns.areas, on.level, on.under);
    const figures = [];
    for (const rule of rules) {
      const { table, path } = await inSlices(scoreSnapshot(snapshot, rule, on.unit));
      figures.push({
        specification: shownRule(rule),
        path,
        total: areaMpi(table, { ...runUnder(snapshot.columns.areas, on.under), code: on.under }, true),
        items: runs.map((run) => areaMpi(table, run, withIndicators)),
      });
    }
    return { ...head(on, ruleset, asOf, snapshot, complete()), figures };
  });
}

/** @throws as {@link findMpiFigures} */
export function askWhatIf({ on, change }: AskWhatIf, reach: Answering) {
  return reach.get<ScoreColumns>(ScoreColumns).ask(async (take, complete) => {
    const { ruleset, asOf } = seriesOf(on, reach);
    const [base, whatIf] = [ruleFor(ruleset, {}), ruleFor(ruleset, change)];
    const snapshot = await take(selectionOf(ruleset, on.round, asOf));
    const begun = performance.now();
    const before = await inSlices(scoreSnapshot(snapshot, base, on.unit));
    const after = await inSlices(scoreSnapshot(snapshot, whatIf, on.unit));
    const computedInMs = Math.round((performance.now() - begun) * 1000) / 1000;
    const { areas } = snapshot.columns;
    const compared = [runUnder(areas, on.under), ...areasAt(areas, on.level, on.under)].map((run) => {
      const [was, is] = [shown(sideOf(before.table, run)), shown(sideOf(after.table, run))];
      return { run, base: was, whatIf: is, difference: differenceOf(was, is) };
    });
    const [total, ...items] = compared;
    const isComparable = items.length <= areasMax;
    return {
      ...head(on, ruleset, asOf, snapshot, complete()),
      path: after.path,
      computedInMs,
      specification: { base: shownRule(base), whatIf: shownRule(whatIf) },
      total: total && {
        ...areaMpi(after.table, total.run, true),
        base: total.base,
        whatIf: total.whatIf,
        difference: total.difference,
      },
      /** How the order of areas by M0 holds; null where there are too many areas to compare every pair. */
      agreement: isComparable
        ? agreementOf(
            items.map((item) => item.base.M0 ?? 0),
            items.map((item) => item.whatIf.M0 ?? 0),
          )
        : null,
      items: items.map(({ run, ...sides }) => ({ ...named(run.code), ...sides })),
    };
  });
}

/** @throws as {@link findMpiFigures}, and Problem 409 `mpi-too-many-areas` */
export function askRobustness({ on, change }: AskRobustness, reach: Answering) {
  return reach.get<ScoreColumns>(ScoreColumns).ask(async (take, complete) => {
    const { ruleset, asOf } = seriesOf(on, reach);
    ruleFor(ruleset, change);
    const snapshot = await take(selectionOf(ruleset, on.round, asOf));
    const areas = areasAt(snapshot.columns.areas, on.level, on.under).length;
    if (areas > areasMax) throw tooManyAreas(areas);
    const { rule, ...found } = await inSlices(
      robustnessOf({ snapshot, ruleset, change, unit: on.unit, level: on.level, under: on.under }),
    );
    return { ...head(on, ruleset, asOf, snapshot, complete()), specification: shownRule(rule), ...found };
  });
}

/** @throws as {@link findMpiFigures} */
export function findMpiChanges({ on, between, change }: FindMpiChanges, reach: Answering) {
  const columns = reach.get<ScoreColumns>(ScoreColumns);
  return columns.ask(async (take, complete) => {
    const round = between.kind === 'rounds' ? between.to : between.round;
    const { ruleset, asOf } = seriesOf(
      { ...on, round, asOf: between.kind === 'rounds' ? between.asOf : between.to },
      reach,
    );
    const rule = ruleFor(ruleset, change);
    const [first, last] =
      between.kind === 'rounds'
        ? [selectionOf(ruleset, between.from, asOf), selectionOf(ruleset, between.to, asOf)]
        : [selectionOf(ruleset, between.round, between.from), selectionOf(ruleset, between.round, between.to)];
    const sides = [];
    for (const selection of [first, last]) {
      const snapshot = await take(selection);
      sides.push({ snapshot, table: (await inSlices(scoreSnapshot(snapshot, rule, on.unit))).table });
    }
    const [from, to] = sides as [(typeof sides)[number], (typeof sides)[number]];
    const years = between.kind === 'rounds' ? between.to - between.from : yearsBetween(between.from, between.to);
    const times = { from, to, years };
    const pathways = await inSlices(pathwaysBetween(times, rule, on.under, columns.households));
    return {
      ...head({ ...on, round }, ruleset, asOf, to.snapshot, complete()),
      between,
      years,
      specification: shownRule(rule),
      pathways: { unit: { th: 'ครัวเรือน', en: 'households' }, ...pathways },
      ...changesBetween(times, on.level, on.under),
    };
  });
}

/** The ruleset asked for, or the newest for the round; and the day, today unless given. */
function seriesOf(on: MpiOn, { platform, get }: Answering): { ruleset: Ruleset; asOf: string } {
  const columns = get<ScoreColumns>(ScoreColumns);
  const known = columns.rulesets();
  const isMeant = ({ dataYears }: Ruleset): boolean =>
    on.round === 'current' || (dataYears.from <= on.round && on.round <= dataYears.to);
  const ruleset = known
    .filter((each) => (on.ruleset === undefined ? isMeant(each) && columns.hasScoresOf(each) : each.id === on.ruleset))
    .reduce<Ruleset | undefined>((best, each) => (best && best.version > each.version ? best : each), undefined);
  const found = ruleset ?? (on.ruleset === undefined ? known.find(isMeant) : undefined);
  if (!found) throw rulesetUnknown(known);
  return { ruleset: found, asOf: on.asOf ?? thaiDayOf(new Date(platform.clock()).toISOString()) };
}

function selectionOf(ruleset: Ruleset, round: number | 'current', asOf: string): Selection {
  return { ruleset: rulesetKey(ruleset), round, day: dayNumber(asOf) };
}

/** @throws Problem 400 `specification-invalid` */
function ruleFor(ruleset: Ruleset, change: MpiChange): MpiRule {
  try {
    return ruleOf(ruleset, change);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Problem(400, 'specification-invalid', {
      th: `ใช้ข้อกำหนดนี้คำนวณไม่ได้ น้ำหนักต้องเป็นเศษส่วนแท้ที่รวมกันได้ 1 และตัวชี้วัดต้องไม่ซ้ำ (${error.message})`,
      en: `This specification cannot be used: ${error.message}`,
    });
  }
}

function head(on: MpiOn, ruleset: Ruleset, asOf: string, { columns, cube }: Snapshot, complete: CompleteThrough) {
  return {
    level: on.level,
    under: on.under,
    round: on.round,
    ruleset: rulesetKey(ruleset),
    asOf,
    unit: on.unit,
    units: mpiUnits(on.unit),
    source: mpiSource,
    sampling: census,
    /** Households with a score in force, and the answer patterns by village they come to. */
    households: columns.length,
    patterns: cube.length,
    completeThrough: complete,
  };
}

const daysPerYear = 365.2425;
const msPerDay = 86_400_000;

function yearsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / msPerDay / daysPerYear;
}

function tooManyAreas(areas: number): Problem {
  return new Problem(409, 'mpi-too-many-areas', {
    th: `มี ${areas} พื้นที่ เทียบทุกคู่ได้ไม่เกิน ${areasMax} พื้นที่ เลือกระดับที่ใหญ่กว่า หรือระบุ under ให้แคบลง เช่น อำเภอเดียว`,
    en: `There are ${areas} areas, and every pair of at most ${areasMax} is compared. Choose a wider level, or a narrower under, such as one district.`,
  });
}

function rulesetUnknown(known: readonly Ruleset[]): Problem {
  const list = known.map(({ id, dataYears }) => `${id} (${dataYears.from}–${dataYears.to})`).join(', ');
  return new Problem(404, 'ruleset-unknown', {
    th: `ไม่มีเกณฑ์ที่ขอ หรือไม่มีเกณฑ์สำหรับปีข้อมูลนี้ เกณฑ์ที่มีคือ ${list}`,
    en: `There is no such ruleset, or none for this data year. There is: ${list}.`,
  });
}
