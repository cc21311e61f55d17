import { thaiDayOf } from '@faemban/event-sourcing';
import { Problem, type Answering } from '@faemban/nest-kit';
import { RulebookService } from '../rulesets/rulebook.service';
import type { RulesetBook } from '../rulesets/ruleset-book';
import { isSameRef } from '../rulesets/rulebook';
import { explainScore, type ExplainedScore } from './explanation';
import { householdScores, type ShownScore } from './household-scores.view';

/** Asks for the score in force today: of the newest round, or of the one named. */
export class FindCurrentScore {
  constructor(
    readonly householdId: string,
    readonly round?: number,
    /** `tpmap-2561` for its newest version, `tpmap-2561/1` for that one. */
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
export async function findCurrentScore(
  query: FindCurrentScore,
  { view, platform, get }: Answering,
): Promise<CurrentScore> {
  const { householdId } = query;
  const today = thaiDayOf(new Date(platform.clock()).toISOString());
  const found = (await view(householdScores).get([householdId])).get(householdId);
  const { book } = get<RulebookService>(RulebookService);
  const score = found && inForce(found.scores, query, today, book);
  const rules = score && book.find(score.ruleset);
  if (!score || !rules) throw scoreUnknown();
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
    ...explainScore(score, rules),
  };
}

/** The newest round wins where the question names none, and the ruleset a round is spoken of by where it names none. */
function inForce(
  scores: readonly ShownScore[],
  { round, ruleset }: FindCurrentScore,
  today: string,
  book: RulesetBook,
): ShownScore | undefined {
  const begun = scores.filter((score) => score.validFrom <= today && (round === undefined || score.round === round));
  const rounds = [...new Set(begun.map((score) => score.round))].sort((one, other) => other - one);
  for (const each of rounds) {
    const wanted = ruleset === undefined ? book.defaultFor(each) : wantedOf(ruleset, book);
    const ofRound = begun.filter((score) => score.round === each && wanted && isSameRef(score.ruleset, wanted));
    const newest = ofRound.at(-1);
    if (newest) return newest;
  }
  return undefined;
}

function wantedOf(ruleset: string, book: RulesetBook): ShownScore['ruleset'] | undefined {
  const [id = '', version] = ruleset.split('/');
  return version === undefined ? book.newestOf(id) : { id, version: Number(version) };
}

const scoreUnknown = (): Problem =>
  new Problem(404, 'score-unknown', {
    th: 'ไม่มีผลคะแนนของครัวเรือนนี้ในรอบและเกณฑ์ที่ขอ ครัวเรือนมีคะแนนเมื่อนำเข้าผลสำรวจแล้วเท่านั้น',
    en: 'There is no such score of this household. A household is scored once a survey of it has been applied.',
  });
