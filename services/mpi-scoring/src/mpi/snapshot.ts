import { emptyColumns, sortByArea, type Columns } from '../engine/columns';
import { condenseInSlices } from '../engine/condense';
import { none, type ScoreRows } from './score-rows';

/** Which scores are asked for: a round's own series, or each household's newest round that had begun; on a day. */
export interface Selection {
  /** `<ruleset id>/<version>`. */
  readonly ruleset: string;
  readonly round: number | 'current';
  /** As {@link dayNumber} writes it. */
  readonly day: number;
}

/** The scores in force on a day: one row a household, sorted by village. */
export interface Snapshot {
  readonly selection: Selection;
  /** Persons are members. */
  readonly columns: Columns;
  /** Rows that answer alike in one village, as one. */
  readonly cube: Columns;
  /** By row: the household's number, the same in every snapshot. */
  readonly household: Uint32Array;
  /** By row: the figure behind the answer, by what it measures; NaN where there is none. Mean income in baht a person a year. */
  readonly figures: Readonly<
    Record<'lowestBirthWeight' | 'drinkingWater' | 'utilityWater' | 'meanIncome', Float64Array>
  >;
}

const rowsPerSlice = 16_384;
const satangPerBaht = 100;

/** Picks out the scores in force, in slices: the generator rests after every 16,384 households. */
export function* takeSnapshot(rows: ScoreRows, selection: Selection): Generator<void, Snapshot> {
  const picked = new Int32Array(rows.households);
  const households = new Uint32Array(rows.households);
  let length = 0;
  for (let household = 0; household < rows.households; household++) {
    if (household % rowsPerSlice === rowsPerSlice - 1) yield;
    const row = inForce(rows, household, selection);
    if (row === none) continue;
    picked[length] = row;
    households[length++] = household;
  }
  const { areas, rank } = rankVillages(rows, picked.subarray(0, length));
  const places = Uint32Array.from(
    { length },
    (_, index) => rank[rows.scores.village[picked[index] as number] as number] as number,
  );
  yield;
  const { order, areaStart } = sortByArea(places, areas.length);
  const columns = emptyColumns(areas, areaStart, length);
  const household = new Uint32Array(length);
  const figures = {
    lowestBirthWeight: new Float64Array(length),
    drinkingWater: new Float64Array(length),
    utilityWater: new Float64Array(length),
    meanIncome: new Float64Array(length),
  };
  const { scores, surveys } = rows;
  for (let to = 0; to < length; to++) {
    if (to % rowsPerSlice === rowsPerSlice - 1) yield;
    const from = order[to] as number;
    const row = picked[from] as number;
    const survey = scores.survey[row] as number;
    const members = scores.members[row] as number;
    columns.deprived[to] = scores.deprived[row] as number;
    columns.known[to] = scores.known[row] as number;
    columns.applicable[to] = scores.applicable[row] as number;
    columns.persons[to] = members;
    columns.records[to] = 1;
    household[to] = households[from] as number;
    const figure = (column: Float64Array): number => (survey === none ? Number.NaN : (column[survey] as number));
    figures.lowestBirthWeight[to] = figure(surveys.birthWeightG);
    figures.drinkingWater[to] = figure(surveys.drinkingWaterL);
    figures.utilityWater[to] = figure(surveys.utilityWaterL);
    figures.meanIncome[to] = figure(surveys.incomeSatang) / (satangPerBaht * members);
  }
  yield;
  return { selection, columns, cube: yield* condenseInSlices(columns), household, figures };
}

/** The household's score on the day: of the round, or of the newest round that had begun; the latest of it. */
function inForce(
  { firstScore, scores, series }: ScoreRows,
  household: number,
  { ruleset, round, day }: Selection,
): number {
  const wanted = series.indexOf(ruleset);
  let best = none;
  for (let row = firstScore[household] as number; row !== none; row = scores.next[row] as number) {
    if (scores.series[row] !== wanted || (scores.day[row] as number) > day) continue;
    if (round !== 'current' && scores.round[row] !== round) continue;
    if (best === none || isLater(scores, row, best)) best = row;
  }
  return best;
}

function isLater({ round, day }: ScoreRows['scores'], row: number, than: number): boolean {
  const rounds = (round[row] as number) - (round[than] as number);
  return rounds > 0 || (rounds === 0 && (day[row] as number) > (day[than] as number));
}

function rankVillages({ villages, scores }: ScoreRows, picked: Int32Array): { areas: string[]; rank: Uint32Array } {
  const isUsed = new Uint8Array(villages.length);
  for (const row of picked) isUsed[scores.village[row] as number] = 1;
  const used = villages.map((code, index) => ({ code, index })).filter(({ index }) => isUsed[index] === 1);
  used.sort((one, other) => (one.code < other.code ? -1 : 1));
  const rank = new Uint32Array(villages.length);
  used.forEach(({ index }, place) => (rank[index] = place));
  return { areas: used.map(({ code }) => code), rank };
}
