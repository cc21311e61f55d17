import type { PublishedRuleset, RulebookEvent, RulesetRef } from '@faemban/contracts';

/** A ruleset somebody proposed and nobody has published yet. */
export interface Draft {
  readonly ruleset: PublishedRuleset;
  readonly digest: string;
  readonly draftedBy: string;
}

/** A version of a ruleset that households are scored under. */
export interface Published extends Draft {
  readonly origin: 'shipped' | 'province';
  /** Whether every household recorded before its publication has been scored under it. */
  readonly isApplied: boolean;
}

/** The rulesets of a province, in the order of their publication, and what is proposed. */
export interface RulebookState {
  readonly published: readonly Published[];
  readonly drafts: readonly Draft[];
}

export const emptyRulebook: RulebookState = { published: [], drafts: [] };

/** Folds the rulebook. A later draft of a version replaces an earlier one; what is published never changes. */
export function evolveRulebook(state: RulebookState, event: RulebookEvent): RulebookState {
  switch (event.type) {
    case 'RulesetDrafted': {
      const { ruleset, digest, draftedBy } = event.data;
      return { ...state, drafts: [...draftsBeside(state, ruleset), { ruleset, digest, draftedBy }] };
    }
    case 'RulesetPublished': {
      const { ruleset } = event.data;
      return {
        published: [...state.published, { ...event.data, isApplied: false }],
        drafts: draftsBeside(state, ruleset),
      };
    }
    case 'RulesetApplied':
      return {
        ...state,
        published: state.published.map((each) =>
          isSameRef(each.ruleset, event.data.ruleset) ? { ...each, isApplied: true } : each,
        ),
      };
  }
}

/** How a version of a ruleset is named in figures and addresses: `tpmap-2561/1`. */
export function refText({ id, version }: RulesetRef): string {
  return `${id}/${version}`;
}

export function isSameRef(one: RulesetRef, other: RulesetRef): boolean {
  return one.id === other.id && one.version === other.version;
}

function draftsBeside({ drafts }: RulebookState, ruleset: RulesetRef): readonly Draft[] {
  return drafts.filter((draft) => !isSameRef(draft.ruleset, ruleset));
}
