import type { PublishedRuleset, RulesetRef } from '@faemban/contracts';
import type { Ruleset, TpmapDimension } from '@faemban/reference-data';
import { createMethod, type Method } from '../method/assess';
import { isSameRef, refText, type Published } from './rulebook';

/** Hears of a ruleset when it has become known. */
export type OnPublished = (ruleset: PublishedRuleset) => void;

/**
 * The published rulesets as this process knows them, ready to be asked. It only ever learns more: a version never changes, so that
 * whoever asks for one gets the same for ever, and what depends on how much was known is written into the event.
 */
export class RulesetBook {
  private entries: readonly Published[] = [];
  private readonly methods = new Map<string, Method<TpmapDimension>>();
  private readonly listeners: OnPublished[] = [];
  private known: readonly RulesetRef[] = [];

  /** What has been published, in the order of publication. */
  get published(): readonly Published[] {
    return this.entries;
  }

  /** Every published version, in the order of publication. */
  get refs(): readonly RulesetRef[] {
    return this.known;
  }

  /** Takes what the rulebook says now, and tells of what is new. */
  learn(published: readonly Published[]): void {
    const before = this.known;
    this.entries = published;
    this.known = published.map(({ ruleset: { id, version } }) => ({ id, version }));
    for (const { ruleset } of published) {
      if (before.some((ref) => isSameRef(ref, ruleset))) continue;
      this.methods.set(refText(ruleset), createMethod<TpmapDimension>(ruleset));
      for (const hear of this.listeners) hear(ruleset);
    }
  }

  onPublished(hear: OnPublished): void {
    this.listeners.push(hear);
  }

  /** The method of a version. @throws RangeError where it was never published, as far as this process knows */
  methodOf(ref: RulesetRef): Method<TpmapDimension> {
    const method = this.methods.get(refText(ref));
    if (method === undefined) throw new RangeError(`The ruleset ${refText(ref)} has not been published.`);
    return method;
  }

  /** A version, where it is published. */
  find(ref: RulesetRef): Ruleset<TpmapDimension> | undefined {
    return this.methods.get(refText(ref))?.ruleset;
  }

  /** The newest version of a ruleset that all households have been scored under. */
  newestOf(id: string): RulesetRef | undefined {
    return this.applied(({ ruleset }) => ruleset.id === id).at(-1)?.ruleset;
  }

  /**
   * The ruleset a round is spoken of by where none is named: the one published first for it, in its newest version that all households
   * have been scored under. Another one published beside it changes nothing that anybody is used to.
   */
  defaultFor(round: number): RulesetRef | undefined {
    const first = this.applied(({ ruleset }) => isMeantFor(ruleset, round))[0];
    return first && this.newestOf(first.ruleset.id);
  }

  private applied(isWanted: (entry: Published) => boolean): readonly Published[] {
    return this.entries.filter((entry) => entry.isApplied && isWanted(entry));
  }
}

/** Whether households surveyed in a round are scored under a ruleset. */
export function isMeantFor({ dataYears }: Pick<Ruleset, 'dataYears'>, round: number): boolean {
  return dataYears.from <= round && round <= dataYears.to;
}
