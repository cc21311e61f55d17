import { setImmediate as nextTurn } from 'node:timers/promises';
import { thaiDayOf, type Sentence } from '@faemban/event-sourcing';
import { Problem, type Answering } from '@faemban/nest-kit';
import { areaName, type Ruleset, type TpmapDimension } from '@faemban/reference-data';
import type { FigureLevel } from '../areas/area-figures.view';
import { figureSource } from '../areas/figures-words';
import { householdList, type ListedScore } from '../households/household-list.view';
import { rulesetKey, type Timeline } from '../households/score-timeline';
import { knownRulesets, rulesetUnknown } from './known-rulesets.queries';
import {
  areaAt,
  ComparisonTable,
  differs,
  ruleText,
  verdictsOn,
  verdictText,
  type Compared,
  type Verdicts,
} from './ruleset-comparison';
import type { RulesetList } from './ruleset-list';

/** What is compared: two rulesets over the same households. */
export interface Comparing {
  /** `tpmap-2561/1`, or `tpmap-2561` for its newest version. */
  readonly one: string;
  readonly other: string;
  readonly round: number;
  readonly under: string;
  readonly asOf?: string | undefined;
}

/** Asks how many are poor under both, one or neither of two rulesets, by area. */
export class CompareRulesets {
  constructor(
    readonly comparing: Comparing,
    readonly level: FigureLevel,
  ) {}
}

/** Asks for the households of which two rulesets say something else, and why. */
export class FindDifferingHouseholds {
  constructor(
    readonly comparing: Comparing,
    readonly limit: number,
    readonly after?: string,
  ) {}
}

/** One of the two rulesets, as an answer names it. */
export interface ComparedRuleset {
  readonly key: string;
  readonly title: Sentence;
  readonly rule: Sentence;
  /** False while households recorded before its publication are still being scored under it. */
  readonly isApplied: boolean;
}

interface Header {
  readonly one: ComparedRuleset;
  readonly other: ComparedRuleset;
  readonly round: number;
  readonly under: string;
  readonly asOf: string;
  readonly source: Sentence;
  readonly units: Readonly<Record<'households' | 'persons', Sentence>>;
  readonly exceptParkedEvents: number;
}

/** Two rulesets side by side, by area. */
export interface RulesetComparison extends Header {
  readonly level: FigureLevel;
  readonly items: readonly ({ readonly area: string; readonly name: Sentence } & Compared)[];
}

/** A household that two rulesets judge otherwise. */
export interface DifferingHousehold {
  readonly householdId: string;
  readonly village: string;
  readonly areaName: Sentence;
  readonly members: number;
  readonly one: Pick<ListedScore, 'isPoor' | 'failedDimensions' | 'targetPersons'> & { readonly why: Sentence };
  readonly other: Pick<ListedScore, 'isPoor' | 'failedDimensions' | 'targetPersons'> & { readonly why: Sentence };
}

/** Some of them, by village; `next` where more may follow, also behind an empty page. */
export interface DifferingHouseholds extends Header {
  readonly items: readonly DifferingHousehold[];
  readonly next?: string;
}

/** Households read at once while counting. */
const scanHouseholds = 500;
/** Pages looked through for one answer at most; where hardly any household differs, an answer may come back empty with `next`. */
const pagesReadMax = 20;

/** @throws Problem 404 `ruleset-unknown` | 400 `rulesets-the-same` */
export async function compareRulesets(
  { comparing, level }: CompareRulesets,
  reach: Answering,
): Promise<RulesetComparison> {
  const asked = await prepare(comparing, reach);
  const table = new ComparisonTable();
  let cursor: string | undefined;
  do {
    const page = await readPage(asked, reach, scanHouseholds, cursor);
    for (const { village, verdicts } of page.households) {
      const area = areaAt(level, village);
      if (area !== undefined) table.add(area, verdicts);
    }
    cursor = page.next;
    await nextTurn();
  } while (cursor !== undefined);
  const items = table.rows().map(([area, compared]) => ({ area, name: named(area), ...compared }));
  return { ...(await headerOf(asked, reach)), level, items };
}

/** @throws Problem 404 `ruleset-unknown` | 400 `rulesets-the-same` */
export async function findDifferingHouseholds(
  { comparing, limit, after }: FindDifferingHouseholds,
  reach: Answering,
): Promise<DifferingHouseholds> {
  const asked = await prepare(comparing, reach);
  const items: DifferingHousehold[] = [];
  let cursor = after;
  for (let pages = 0; pages < pagesReadMax; pages++) {
    const page = await readPage(asked, reach, limit, cursor);
    for (const { id, village, verdicts } of page.households) {
      if (differs(verdicts)) items.push(differing(id, village, verdicts as Verdicts, asked));
    }
    cursor = page.next;
    // A cursor stands at the end of a page: the next one is only read where all of it would fit.
    if (cursor === undefined || items.length > 0) break;
    await nextTurn();
  }
  return { ...(await headerOf(asked, reach)), items, ...(cursor === undefined ? {} : { next: cursor }) };
}

interface Asked extends Comparing {
  readonly list: RulesetList;
  readonly oneRules: Ruleset<TpmapDimension>;
  readonly otherRules: Ruleset<TpmapDimension>;
  readonly day: string;
}

async function prepare(comparing: Comparing, reach: Answering): Promise<Asked> {
  const list = await knownRulesets(reach);
  const [oneRules, otherRules] = [list.named(comparing.one), list.named(comparing.other)];
  if (!oneRules || !otherRules) throw rulesetUnknown(list);
  if (oneRules === otherRules) throw theSame(rulesetKey(oneRules));
  const today = thaiDayOf(new Date(reach.platform.clock()).toISOString());
  return { ...comparing, list, oneRules, otherRules, day: comparing.asOf ?? today };
}

/** A page of the households under the area, each with what both rulesets say; those not scored for the round are left out. */
async function readPage(asked: Asked, { view }: Answering, limit: number, after: string | undefined) {
  const { under: prefix, round, day } = asked;
  const list = view(householdList);
  const page = await list.find({ index: 'byArea', prefix, limit, ...(after === undefined ? {} : { after }) });
  const slices = await list.slices(page.items.map(({ householdId }) => householdId));
  const keys = { one: rulesetKey(asked.oneRules), other: rulesetKey(asked.otherRules), round, day };
  const households = [...slices].flatMap(([id, stored]) => {
    const timelines = (stored['mpi-scoring']?.state ?? []) as readonly Timeline<ListedScore>[];
    const verdicts = verdictsOn(timelines, keys);
    const village = (verdicts?.one ?? verdicts?.other)?.village;
    return verdicts && village?.startsWith(prefix) ? [{ id, village, verdicts }] : [];
  });
  households.sort((left, right) => (left.village < right.village ? -1 : left.village > right.village ? 1 : 0));
  return { households, next: page.next };
}

function differing(householdId: string, village: string, { one, other }: Verdicts, asked: Asked): DifferingHousehold {
  const told = (rules: Ruleset<TpmapDimension>, score: ListedScore) => {
    const { isPoor, failedDimensions, targetPersons } = score;
    return { isPoor, failedDimensions, targetPersons, why: verdictText(rules, score) };
  };
  return {
    householdId,
    village,
    areaName: named(village),
    members: one.members,
    one: told(asked.oneRules, one),
    other: told(asked.otherRules, other),
  };
}

async function headerOf(asked: Asked, { view }: Answering): Promise<Header> {
  const { list, oneRules, otherRules, round, under, day } = asked;
  const told = (ruleset: Ruleset<TpmapDimension>): ComparedRuleset => {
    const { title } = ruleset;
    const isApplied = list.all.some((each) => each.ruleset === ruleset && each.isApplied);
    return { key: rulesetKey(ruleset), title, rule: ruleText(ruleset), isApplied };
  };
  const { total } = await view(householdList).parked(0);
  return {
    ...{ one: told(oneRules), other: told(otherRules), round, under, asOf: day },
    source: figureSource,
    units: { households: { th: 'ครัวเรือน', en: 'households' }, persons: { th: 'คน', en: 'persons' } },
    exceptParkedEvents: total,
  };
}

function named(area: string): Sentence {
  return { th: areaName(area, 'th'), en: areaName(area, 'en') };
}

const theSame = (key: string): Problem =>
  new Problem(400, 'rulesets-the-same', {
    th: `เทียบเกณฑ์ ${key} กับตัวเองไม่ได้ ระบุเกณฑ์อื่นใน one หรือ other เกณฑ์ทั้งหมดอยู่ที่ /rulesets`,
    en: `${key} would be compared with itself. Name another ruleset in one or other; all of them are listed at /rulesets.`,
  });
