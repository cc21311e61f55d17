import type { PublishedRuleset } from '@faemban/contracts';
import { rulesetPublished } from '@faemban/contracts';
import { commandDigest } from '@faemban/event-sourcing';
import { commandContext, given } from '@faemban/event-sourcing/testing';
import { rulebook, rulesetsPublishedMax } from './rulebook.decisions';

const { ruleset } = rulesetPublished.examples[0];
const ref = { id: ruleset.id, version: ruleset.version };
const digest = commandDigest(ruleset);
const by = (accountId: string) => ({ actor: { ...commandContext().actor, accountId } });
const drafted = { type: 'RulesetDrafted', data: { ruleset, digest, draftedBy: 'somchai' } } as const;
const published = {
  type: 'RulesetPublished',
  data: { ruleset, digest, draftedBy: 'somchai', origin: 'province' },
} as const;
const draft = (change: Partial<PublishedRuleset> = {}) =>
  ({ type: 'DraftRuleset', ruleset: { ...ruleset, ...change } }) as const;
const publish = { type: 'PublishRuleset', ruleset: ref, digest } as const;

describe('drafting a ruleset', () => {
  test('keeps what was proposed, by whom, and its digest', () =>
    given(rulebook).when(draft(), by('somchai')).then(drafted));

  test('does nothing the second time', () => given(rulebook, drafted).when(draft(), by('somchai')).thenNothing());

  test('by somebody else replaces the draft and its drafter', () =>
    given(rulebook, drafted)
      .when(draft(), by('malee'))
      .then({ ...drafted, data: { ...drafted.data, draftedBy: 'malee' } }));

  test('is refused for a version that is published, or is not the next', () => {
    given(rulebook, published)
      .when(draft({ unknown: 'failed' }))
      .thenRefused('ruleset-version-not-next');
    given(rulebook)
      .when(draft({ version: 2 }))
      .thenRefused('ruleset-version-not-next');
  });

  test('is refused for what cannot be used, saying all of it', () => {
    const none = { kind: 'weighted', denominator: 11, weights: {}, cutoff: { num: 0, den: 1 } } as const;
    for (const change of [
      { identification: { kind: 'atLeast', dimensions: 4 } } as const,
      { identification: none },
      { indicatorSet: 'bmn-2599' },
      { dataYears: { from: 2564, to: 2560 } },
      { id: 'compare' },
    ]) {
      given(rulebook).when(draft(change)).thenRefused('ruleset-has-faults');
    }
  });
});

describe('publishing a ruleset', () => {
  test('is for somebody else than who drafted it', () => {
    given(rulebook, drafted).when(publish, by('somchai')).thenRefused('publisher-must-not-be-drafter');
    given(rulebook, drafted).when(publish, by('malee')).then(published);
  });

  test('is refused where there is no draft, or another one than was read', () => {
    given(rulebook).when(publish, by('malee')).thenRefused('ruleset-not-drafted');
    given(rulebook, drafted)
      .when({ ...publish, digest: 'b'.repeat(64) }, by('malee'))
      .thenRefused('ruleset-draft-changed');
  });

  test('again does nothing; under other contents it is refused for ever', () => {
    given(rulebook, drafted, published).when(publish, by('malee')).thenNothing();
    given(rulebook, drafted, published)
      .when({ ...publish, digest: 'b'.repeat(64) }, by('malee'))
      .thenRefused('ruleset-version-never-changes');
  });

  test(`is refused beyond ${rulesetsPublishedMax} versions`, () => {
    const many = Array.from({ length: rulesetsPublishedMax }, (_, index) => ({
      ...published,
      data: { ...published.data, ruleset: { ...ruleset, id: `other-${index}` } },
    }));
    given(rulebook, ...many, drafted)
      .when(publish, by('malee'))
      .thenRefused('too-many-rulesets');
  });
});

describe('installing a ruleset that ships', () => {
  const install = { type: 'InstallRuleset', ruleset, isApplied: true } as const;
  const shipped = { ...published, data: { ...published.data, draftedBy: 'platform', origin: 'shipped' } } as const;
  const applied = { type: 'RulesetApplied', data: { ruleset: ref, exceptParkedEvents: 0 } } as const;

  test('publishes it, and says so where everybody was always scored under it', () => {
    given(rulebook).when(install).then(shipped, applied);
    given(rulebook)
      .when({ ...install, isApplied: false })
      .then(shipped);
  });

  test('does nothing at the next start', () => given(rulebook, shipped, applied).when(install).thenNothing());

  test('is refused where a version was changed under its number', () =>
    given(rulebook, shipped)
      .when({ ...install, ruleset: { ...ruleset, unknown: 'failed' } })
      .thenRefused('ruleset-version-never-changes'));
});

describe('noting that a ruleset has reached everybody', () => {
  const note = { type: 'NoteRulesetApplied', ruleset: ref, exceptParkedEvents: 2 } as const;
  const applied = { type: 'RulesetApplied', data: { ruleset: ref, exceptParkedEvents: 2 } } as const;

  test('is recorded once, of what is published', () => {
    given(rulebook, published).when(note).then(applied);
    given(rulebook, published, applied).when(note).thenNothing();
    given(rulebook).when(note).thenNothing();
  });
});
