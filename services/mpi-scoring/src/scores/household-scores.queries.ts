import { thaiDayOf } from '@faemban/event-sourcing';
import { Problem, type Answering } from '@faemban/nest-kit';
import { explainScore, type ExplainedScore } from './explanation';
import { householdScores, type ShownScore } from './household-scores.view';

/** Asks for the score in force today: of the newest round, or of the one named. */
export class FindCurrentScore {
  constructor(
    readonly householdId: string,
    readonly round?: number,
    readonly ruleset?: string,
  ) {}
}

/** A household's score in force, explained. */
export interface CurrentScore extends ExplainedScore {
  readonly householdId: string;
  readonly round: number;
  readonly ruleset: ShownScore['ruleset'];
  readonly validFrom: string;
  readonly recordedAt: string;
  readonly isPoor: boolean;
  readonly failedDimensions: readonly string[];
  readonly members: number;
  readonly targetPersons: number;
  readonly area: ShownScore['area'];
  readonly answers: string;
  readonly basedOn: ShownScore['basedOn'];
}

/** @throws Problem 404 `score-unknown` where the household has no such score */
export async function findCurrentScore(query: FindCurrentScore, { view, platform }: Answering): Promise<CurrentScore> {
  const { householdId } = query;
  const today = thaiDayOf(new Date(platform.clock()).toISOString());
  const found = (await view(householdScores).get([householdId])).get(householdId);
  const score = found && inForce(found.scores, query, today);
  if (!score) throw scoreUnknown();
  const {
    round,
    ruleset,
    validFrom,
    recordedAt,
    isPoor,
    failedDimensions,
    members,
    targetPersons,
    area,
    answers,
    basedOn,
  } = score;
  return {
    householdId,
    round,
    ruleset,
    validFrom,
    recordedAt,
    isPoor,
    failedDimensions,
    members,
    targetPersons,
    area,
    answers,
    basedOn,
    ...explainScore(score),
  };
}

/** The newest version of a ruleset and the newest round win where the question names neither. */
function inForce(
  scores: readonly ShownScore[],
  { round, ruleset }: FindCurrentScore,
  today: string,
): ShownScore | undefined {
  const begun = scores.filter(
    (score) =>
      score.validFrom <= today &&
      (round === undefined || score.round === round) &&
      (ruleset === undefined || score.ruleset.id === ruleset),
  );
  return begun.reduce<ShownScore | undefined>(
    (best, score) => (best && isNewer(best, score) ? best : score),
    undefined,
  );
}

function isNewer(one: ShownScore, other: ShownScore): boolean {
  if (one.round !== other.round) return one.round > other.round;
  if (one.ruleset.id !== other.ruleset.id) return one.ruleset.id > other.ruleset.id;
  if (one.ruleset.version !== other.ruleset.version) return one.ruleset.version > other.ruleset.version;
  return one.validFrom > other.validFrom;
}

const scoreUnknown = (): Problem =>
  new Problem(404, 'score-unknown', {
    th: 'ไม่มีผลคะแนนของครัวเรือนนี้ในรอบและเกณฑ์ที่ขอ ครัวเรือนมีคะแนนเมื่อนำเข้าผลสำรวจแล้วเท่านั้น',
    en: 'There is no such score of this household. A household is scored once a survey of it has been applied.',
  });
