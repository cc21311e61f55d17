/** One stretch of a household's scores: in force from a day until the next one of its round. */
export interface Segment {
  /** First day, `yyyy-mm-dd`. */
  readonly from: string;
}

/** The scores of one household under one ruleset for one round, ascending by first day. */
export interface Timeline<Score extends Segment> {
  /** `<ruleset id>/<version>`. */
  readonly ruleset: string;
  readonly round: number;
  readonly scores: readonly Score[];
}

/** How a ruleset is named in figures: its id with its version, so that a new version stands beside the old one, never over it. */
export function rulesetKey(ruleset: { readonly id: string; readonly version: number }): string {
  return `${ruleset.id}/${ruleset.version}`;
}

/**
 * The timelines after a score became known. Scoring restates everything from the first day that changed, in one append and in the
 * order of days; so a score replaces what was known of its round and ruleset from its day on.
 */
export function withScore<Score extends Segment>(
  timelines: readonly Timeline<Score>[],
  ruleset: string,
  round: number,
  score: Score,
): readonly Timeline<Score>[] {
  const known = timelines.find((timeline) => timeline.ruleset === ruleset && timeline.round === round);
  if (!known) return [...timelines, { ruleset, round, scores: [score] }].sort(byRulesetAndRound);
  const scores = [...known.scores.filter(({ from }) => from < score.from), score];
  return timelines.map((timeline) => (timeline === known ? { ruleset, round, scores } : timeline));
}

/**
 * The timelines after scores were withdrawn: from a day on, those of a round and ruleset no longer hold. A round that has none left is
 * as if it had never been scored.
 */
export function withoutScores<Score extends Segment>(
  timelines: readonly Timeline<Score>[],
  ruleset: string,
  round: number,
  from: string,
): readonly Timeline<Score>[] {
  return timelines.flatMap((timeline) => {
    if (timeline.ruleset !== ruleset || timeline.round !== round) return [timeline];
    const scores = timeline.scores.filter((score) => score.from < from);
    return scores.length === 0 ? [] : [{ ruleset, round, scores }];
  });
}

/** A score and the days it counts on; `until` is the first day it no longer does. */
export interface Stretch<Score> {
  readonly score: Score;
  readonly from: string;
  readonly until?: string;
}

/** When each score of a round counts in that round's own series: until the next one of the round. */
export function stretchesOfRound<Score extends Segment>(timeline: Timeline<Score>): readonly Stretch<Score>[] {
  return timeline.scores.map((score, index) => {
    const next = timeline.scores[index + 1];
    return next ? { score, from: score.from, until: next.from } : { score, from: score.from };
  });
}

/**
 * When each score counts as the household's current one under a ruleset: the newest round that has begun by a day. An older round ends
 * where a newer one begins, even if the older one is restated for later days.
 */
export function stretchesOfCurrent<Score extends Segment>(
  timelines: readonly Timeline<Score>[],
  ruleset: string,
): readonly Stretch<Score>[] {
  const stretches: Stretch<Score>[] = [];
  let endsBefore: string | undefined;
  for (const timeline of [...timelines].reverse()) {
    if (timeline.ruleset !== ruleset) continue;
    for (const stretch of stretchesOfRound(timeline)) {
      if (endsBefore !== undefined && stretch.from >= endsBefore) continue;
      const until = earlier(stretch.until, endsBefore);
      stretches.push(until === undefined ? stretch : { ...stretch, until });
    }
    endsBefore = earlier(timeline.scores[0]?.from, endsBefore);
  }
  return stretches;
}

/** The score in force on a day, where there is one. */
export function scoreOn<Score>(stretches: readonly Stretch<Score>[], day: string): Score | undefined {
  return stretches.find(({ from, until }) => from <= day && (until === undefined || day < until))?.score;
}

function earlier(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one < other ? one : other;
}

function byRulesetAndRound(one: Timeline<Segment>, other: Timeline<Segment>): number {
  return one.ruleset < other.ruleset ? -1 : one.ruleset > other.ruleset ? 1 : one.round - other.round;
}
