import { rulesetSchema } from '@faemban/contracts';
import type { Ruleset, TpmapDimension } from '@faemban/reference-data';
import { RulesetBook } from '../rulesets/ruleset-book';

/** A book in which these rulesets are published, and applied everywhere, in this order. */
export function bookOf(...rulesets: readonly Ruleset<TpmapDimension>[]): RulesetBook {
  const book = new RulesetBook();
  book.learn(
    rulesets.map((ruleset) => ({
      ruleset: rulesetSchema.parse(ruleset),
      digest: 'a'.repeat(64),
      draftedBy: 'platform',
      origin: 'shipped',
      isApplied: true,
    })),
  );
  return book;
}
