import type { Sentence } from '@faemban/event-sourcing';
import type { Identification, Ruleset, TpmapDimension } from '@faemban/reference-data';
import type { FigureLevel } from '../areas/area-figures.view';
import type { ListedScore } from '../households/household-list.view';
import { rulesetKey, scoreOn, stretchesOfRound, type Timeline } from '../households/score-timeline';

/** How many are counted somewhere. */
export interface Count {
  readonly households: number;
  readonly persons: number;
}

/** Everybody of an area by what two rulesets say of his household. */
export interface Compared {
  readonly both: Count;
  readonly onlyOne: Count;
  readonly onlyOther: Count;
  readonly neither: Count;
  /** Scored under one of the two only: the other has not reached the household yet, or is not for it. */
  readonly notComparable: Count;
}

/** What two rulesets say of one household on a day. */
export interface Verdicts {
  readonly one: ListedScore;
  readonly other: ListedScore;
}

/** The verdicts in force on a day; undefined where there is none under either. */
export function verdictsOn(
  timelines: readonly Timeline<ListedScore>[],
  asked: { readonly one: string; readonly other: string; readonly round: number; readonly day: string },
): Partial<Verdicts> | undefined {
  const on = (ruleset: string): ListedScore | undefined => {
    const timeline = timelines.find((each) => each.ruleset === ruleset && each.round === asked.round);
    return timeline && scoreOn(stretchesOfRound(timeline), asked.day);
  };
  const [one, other] = [on(asked.one), on(asked.other)];
  if (one === undefined && other === undefined) return undefined;
  return { ...(one === undefined ? {} : { one }), ...(other === undefined ? {} : { other }) };
}

/** Whether both rulesets speak of the household and say something else. */
export function differs({ one, other }: Partial<Verdicts>): boolean {
  return one !== undefined && other !== undefined && one.isPoor !== other.isPoor;
}

const areaDigits: Readonly<Record<FigureLevel, number>> = {
  village: 10,
  tambon: 6,
  municipality: 6,
  district: 4,
  province: 2,
};
/** The last two digits of TPMAP's subdistrict codes from which on they stand for municipalities. */
const municipalFrom = 51;

/** The area of a level that a village lies in, by TPMAP's codes; undefined where the level does not cover it. */
export function areaAt(level: FigureLevel, village: string): string | undefined {
  const isMunicipal = Number(village.slice(4, 6)) >= municipalFrom;
  if ((level === 'tambon' && isMunicipal) || (level === 'municipality' && !isMunicipal)) return undefined;
  return village.slice(0, areaDigits[level]);
}

/** Counts households by area as they come. */
export class ComparisonTable {
  private readonly areas = new Map<
    string,
    { -readonly [Cell in keyof Compared]: { households: number; persons: number } }
  >();

  add(area: string, { one, other }: Partial<Verdicts>): void {
    const counted = this.areas.get(area) ?? {
      both: { households: 0, persons: 0 },
      onlyOne: { households: 0, persons: 0 },
      onlyOther: { households: 0, persons: 0 },
      neither: { households: 0, persons: 0 },
      notComparable: { households: 0, persons: 0 },
    };
    this.areas.set(area, counted);
    const cell = counted[cellOf(one, other)];
    cell.households += 1;
    cell.persons += (one ?? other)?.members ?? 0;
  }

  /** By area code, rising. */
  rows(): readonly (readonly [area: string, compared: Compared])[] {
    return [...this.areas].sort(([one], [other]) => (one < other ? -1 : 1));
  }
}

function cellOf(one: ListedScore | undefined, other: ListedScore | undefined): keyof Compared {
  if (one === undefined || other === undefined) return 'notComparable';
  if (one.isPoor) return other.isPoor ? 'both' : 'onlyOne';
  return other.isPoor ? 'onlyOther' : 'neither';
}

/** Why a ruleset calls a household poor, or not. */
export function verdictText(ruleset: Ruleset<TpmapDimension>, { isPoor, failedDimensions }: ListedScore): Sentence {
  const failed = namesOf(ruleset, failedDimensions);
  const rule = ruleText(ruleset);
  const fails =
    failedDimensions.length === 0
      ? { th: 'ไม่ตกด้านใด', en: 'fails no dimension' }
      : { th: `ตกด้าน${failed.th}`, en: `fails ${failed.en}` };
  return {
    th: `${isPoor ? 'ยากจน' : 'ไม่ยากจน'}ตาม${ruleset.title.th} (${rulesetKey(ruleset)}): ${fails.th} เกณฑ์คือ${rule.th}`,
    en: `${isPoor ? 'Poor' : 'Not poor'} under ${ruleset.title.en} (${rulesetKey(ruleset)}): it ${fails.en}; the rule is ${rule.en}.`,
  };
}

/** Who is poor under a ruleset, in words. */
export function ruleText(ruleset: Ruleset<TpmapDimension>): Sentence {
  const rule: Identification<TpmapDimension> = ruleset.identification;
  switch (rule.kind) {
    case 'any':
      return { th: 'ตกด้านใดด้านหนึ่ง', en: 'any one dimension' };
    case 'atLeast':
      return { th: `ตกอย่างน้อย ${rule.dimensions} ด้าน`, en: `at least ${rule.dimensions} dimensions` };
    case 'namedSet': {
      const named = namesOf(ruleset, rule.dimensions);
      return { th: `ตกทุกด้านใน: ${named.th}`, en: `all of ${named.en}` };
    }
    case 'weighted': {
      const { num, den } = rule.cutoff;
      return {
        th: `น้ำหนักตัวชี้วัดที่ตกรวมอย่างน้อย ${num}/${den} ของทั้งหมด`,
        en: `failed indicators weighing at least ${num}/${den} of all`,
      };
    }
  }
}

function namesOf({ dimensions }: Ruleset<TpmapDimension>, keys: readonly string[]): Sentence {
  const named = dimensions.filter(({ key }) => keys.includes(key));
  return { th: named.map(({ th }) => th).join(' '), en: named.map(({ en }) => en.toLowerCase()).join(', ') };
}
