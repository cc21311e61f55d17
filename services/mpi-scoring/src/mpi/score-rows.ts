import type { EventOf, householdScored, scoringInputRecorded } from '@faemban/contracts';
import type { Ruleset } from '@faemban/reference-data';

type Scored = EventOf<typeof householdScored>['data'];
type Input = EventOf<typeof scoringInputRecorded>['data'];

/** What is read of a withdrawal: from its valid day on, the household has no score of the round under the ruleset. */
type Withdrawn = Pick<Scored, 'householdId' | 'round' | 'ruleset' | 'validFrom'>;

/** Rows kept at most: about 60 bytes each, and as much again for every household's id. */
export const scoreRowsMax = 8_000_000;

/** No row, at the end of a household's list. */
export const none = -1;

/**
 * Every score in force on some day, as columns: households' answers, areas and sizes, with the figures behind the answers. Fed with the
 * events of scoring in the order of their partitions; a household's events are in one partition.
 */
export class ScoreRows {
  /** Grows with every event that changes a row. */
  version = 0;
  readonly villages: string[] = [];
  readonly series: string[] = [];
  readonly published: Ruleset[] = [];
  /** By household: its first row in `scores`. */
  firstScore = new Int32Array(initialLength).fill(none);
  scores = emptyScores(initialLength);
  surveys = emptySurveys(initialLength);
  private readonly householdOf = new Map<string, number>();
  private readonly villageOf = new Map<string, number>();
  private firstSurvey = new Int32Array(initialLength).fill(none);
  private scoresUsed = 0;
  private surveysUsed = 0;
  private freeScore = none;

  get households(): number {
    return this.householdOf.size;
  }

  /** Takes in one event; those that say nothing of rows are passed over. */
  apply(event: { readonly type: string; readonly data: unknown }): void {
    switch (event.type) {
      case 'ScoringInputRecorded':
        return this.keepFigures(event.data as Input);
      case 'HouseholdScored':
        return this.keepScore(event.data as Scored);
      case 'HouseholdScoreWithdrawn':
        return this.removeFrom(event.data as Withdrawn);
      case 'RulesetPublished':
        this.published.push((event.data as { ruleset: Ruleset }).ruleset);
        this.version += 1;
    }
  }

  private keepFigures({ householdId, factId, input }: Input): void {
    if (input.kind !== 'survey') return;
    const household = this.household(householdId);
    const row = this.surveysUsed++;
    if (row === this.surveys.next.length) this.surveys = grown(this.surveys);
    const { surveys } = this;
    const { incomeSatang, birthWeightG, drinkingWaterL, utilityWaterL } = input.figures;
    surveys.next[row] = this.firstSurvey[household] as number;
    surveys.fact[row] = factKey(factId);
    surveys.incomeSatang[row] = incomeSatang;
    surveys.birthWeightG[row] = birthWeightG ?? Number.NaN;
    surveys.drinkingWaterL[row] = drinkingWaterL ?? Number.NaN;
    surveys.utilityWaterL[row] = utilityWaterL ?? Number.NaN;
    this.firstSurvey[household] = row;
  }

  private keepScore(data: Scored): void {
    this.removeFrom(data);
    const household = this.household(data.householdId);
    const row = this.newRow();
    const { scores } = this;
    const survey = data.basedOn.findLast(({ kind }) => kind === 'survey');
    scores.next[row] = this.firstScore[household] as number;
    scores.series[row] = indexIn(this.series, rulesetKey(data.ruleset));
    scores.round[row] = data.round;
    scores.day[row] = dayNumber(data.validFrom);
    scores.village[row] = this.village(data.area.village);
    scores.members[row] = data.members.length;
    scores.survey[row] = survey ? this.surveyOf(household, survey.factId) : none;
    let [deprived, known, applicable] = [0, 0, 0];
    for (let bit = 0; bit < data.answers.length; bit++) {
      const answer = data.answers[bit];
      if (answer === 'n') continue;
      applicable |= 1 << bit;
      if (answer === 'u') continue;
      known |= 1 << bit;
      if (answer === 'f') deprived |= 1 << bit;
    }
    scores.deprived[row] = deprived;
    scores.known[row] = known;
    scores.applicable[row] = applicable;
    this.firstScore[household] = row;
  }

  /** A score replaces those of its ruleset and round from its valid day on; so does a withdrawal, with nothing. */
  private removeFrom({ householdId, round, ruleset, validFrom }: Withdrawn): void {
    const household = this.household(householdId);
    const series = indexIn(this.series, rulesetKey(ruleset));
    const day = dayNumber(validFrom);
    const { scores, firstScore } = this;
    this.version += 1;
    let before = none;
    for (let row = firstScore[household] as number; row !== none;) {
      const next = scores.next[row] as number;
      const isReplaced =
        scores.series[row] === series && scores.round[row] === round && (scores.day[row] as number) >= day;
      if (!isReplaced) before = row;
      else {
        if (before === none) firstScore[household] = next;
        else scores.next[before] = next;
        scores.next[row] = this.freeScore;
        this.freeScore = row;
      }
      row = next;
    }
  }

  private newRow(): number {
    const free = this.freeScore;
    if (free !== none) {
      this.freeScore = this.scores.next[free] as number;
      return free;
    }
    if (this.scoresUsed >= scoreRowsMax) throw new RangeError(`There are more than ${scoreRowsMax} scores.`);
    if (this.scoresUsed === this.scores.next.length) this.scores = grown(this.scores);
    return this.scoresUsed++;
  }

  private household(id: string): number {
    const known = this.householdOf.get(id);
    if (known !== undefined) return known;
    const household = this.householdOf.size;
    this.householdOf.set(id, household);
    if (household === this.firstScore.length) {
      this.firstScore = longer(this.firstScore, none);
      this.firstSurvey = longer(this.firstSurvey, none);
    }
    return household;
  }

  private village(code: string): number {
    const known = this.villageOf.get(code);
    if (known !== undefined) return known;
    this.villageOf.set(code, this.villages.length);
    return this.villages.push(code) - 1;
  }

  private surveyOf(household: number, factId: string): number {
    const key = factKey(factId);
    let row = this.firstSurvey[household] as number;
    while (row !== none && this.surveys.fact[row] !== key) row = this.surveys.next[row] as number;
    return row;
  }
}

/** How a ruleset is named in rows: its id with its version. */
export function rulesetKey({ id, version }: { readonly id: string; readonly version: number }): string {
  return `${id}/${version}`;
}

/** A day as a whole number that sorts as days do: 20180214. */
export function dayNumber(day: string): number {
  return Number(day.slice(0, 4)) * 10_000 + Number(day.slice(5, 7)) * 100 + Number(day.slice(8, 10));
}

const initialLength = 1_024;
const keyDigits = 12;

/** The last 48 bits of an id tell the surveys of one household apart: they are random or a hash. */
function factKey(id: string): number {
  return Number.parseInt(id.slice(-keyDigits), 16);
}

function indexIn(names: string[], name: string): number {
  const index = names.indexOf(name);
  return index >= 0 ? index : names.push(name) - 1;
}

function emptyScores(length: number) {
  return {
    next: new Int32Array(length),
    series: new Uint16Array(length),
    round: new Uint16Array(length),
    day: new Uint32Array(length),
    deprived: new Uint32Array(length),
    known: new Uint32Array(length),
    applicable: new Uint32Array(length),
    village: new Uint32Array(length),
    members: new Uint16Array(length),
    survey: new Int32Array(length),
  };
}

function emptySurveys(length: number) {
  return {
    next: new Int32Array(length),
    fact: new Float64Array(length),
    incomeSatang: new Float64Array(length),
    birthWeightG: new Float64Array(length),
    drinkingWaterL: new Float64Array(length),
    utilityWaterL: new Float64Array(length),
  };
}

type Numbers = Int32Array | Uint16Array | Uint32Array | Float64Array;

/** The same columns, twice as long. */
function grown<Columns extends Readonly<Record<string, Numbers>>>(columns: Columns): Columns {
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, longer(column, 0)])) as Columns;
}

function longer<Column extends Numbers>(column: Column, fill: number): Column {
  const made = new (column.constructor as new (length: number) => Column)(2 * column.length).fill(fill) as Column;
  made.set(column);
  return made;
}
