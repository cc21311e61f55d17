import type { Ruleset, TpmapDimension } from '@faemban/reference-data';
import { rulesetKey } from '../households/score-timeline';

/** One published version, and whether all households have been scored under it. */
export interface ListedRuleset {
  readonly ruleset: Ruleset<TpmapDimension>;
  readonly isApplied: boolean;
}

/** The published rulesets, in the order of publication, and how one of them is asked for. */
export class RulesetList {
  constructor(readonly all: readonly ListedRuleset[]) {}

  /** The version of a key such as `tpmap-2561/1`. */
  byKey(key: string): Ruleset<TpmapDimension> | undefined {
    return this.all.find(({ ruleset }) => rulesetKey(ruleset) === key)?.ruleset;
  }

  /** A version by its key, or, by a bare id, the newest one that all households have been scored under. */
  named(keyOrId: string): Ruleset<TpmapDimension> | undefined {
    return this.byKey(keyOrId) ?? this.applied().findLast(({ ruleset }) => ruleset.id === keyOrId)?.ruleset;
  }

  /**
   * The ruleset a round is spoken of by where none is named: the one published first for it, in its newest version that all households
   * have been scored under. Another one published beside it changes nothing that anybody is used to.
   */
  defaultFor(round: number | undefined): Ruleset<TpmapDimension> | undefined {
    const first = this.applied().find(
      ({ ruleset: { dataYears } }) => round === undefined || (dataYears.from <= round && round <= dataYears.to),
    );
    return first && this.named(first.ruleset.id);
  }

  private applied(): readonly ListedRuleset[] {
    return this.all.filter(({ isApplied }) => isApplied);
  }
}
