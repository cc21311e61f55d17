import {
  rulesetApplied,
  rulesetDrafted,
  rulesetPublished,
  type PublishedRuleset,
  type RulebookEvent,
  type RulesetRef,
} from '@faemban/contracts';
import { commandDigest, defineAggregate, RuleBroken, type CommandContext } from '@faemban/event-sourcing';
import { findIndicatorSet, rulesetFaultTexts, type BilingualText } from '@faemban/reference-data';
import { emptyRulebook, evolveRulebook, isSameRef, refText, type RulebookState } from './rulebook';

/** Versions of rulesets that households are scored under at most: each survey is scored under every one that is for its round. */
export const rulesetsPublishedMax = 16;
/** Drafts kept at most. */
export const rulesetDraftsMax = 16;

/** The stream of the rulebook: one for all rulesets, because every household is scored under all of them. */
export const rulebookStream = 'rulebook-mpi-scoring';

/** Names that would be taken for a route below `/rulesets`. */
const reservedIds: readonly string[] = ['compare', 'drafts'];

/** Proposes a version of a ruleset. */
export type DraftRuleset = { readonly type: 'DraftRuleset'; readonly ruleset: PublishedRuleset };

/** Publishes a drafted version. `digest` is that of the draft the publisher has read, so that he never publishes another one. */
export type PublishRuleset = { readonly type: 'PublishRuleset'; readonly ruleset: RulesetRef; readonly digest: string };

/** Publishes a ruleset that ships with the product; given by the platform alone, when it starts. */
export type InstallRuleset = {
  readonly type: 'InstallRuleset';
  readonly ruleset: PublishedRuleset;
  /** Whether every household has always been scored under it. */
  readonly isApplied: boolean;
};

/** Says that all households have been scored under a ruleset; given by the platform alone. */
export type NoteRulesetApplied = {
  readonly type: 'NoteRulesetApplied';
  readonly ruleset: RulesetRef;
  readonly exceptParkedEvents: number;
};

/** Everything the rulebook can be asked to do. */
export type RulebookCommand = DraftRuleset | PublishRuleset | InstallRuleset | NoteRulesetApplied;

/** The rulebook of a province: which rulesets there are, who proposed and who published them. */
export const rulebook = defineAggregate<RulebookState, RulebookCommand, RulebookEvent>({
  name: 'rulebook',
  context: 'mpi-scoring',
  events: [rulesetDrafted, rulesetPublished, rulesetApplied],
  streamOf: () => rulebookStream,
  partitionOf: () => 'self',
  subjectsOf: () => [],
  areaOf: () => '',
  decider: { initialState: emptyRulebook, decide, evolve: evolveRulebook },
});

function decide(command: RulebookCommand, state: RulebookState, context: CommandContext): readonly RulebookEvent[] {
  switch (command.type) {
    case 'DraftRuleset':
      return draft(command, state, context);
    case 'PublishRuleset':
      return publish(command, state, context);
    case 'InstallRuleset':
      return install(command, state);
    case 'NoteRulesetApplied': {
      const known = state.published.find(({ ruleset }) => isSameRef(ruleset, command.ruleset));
      if (known === undefined || known.isApplied) return [];
      const { ruleset, exceptParkedEvents } = command;
      return [{ type: 'RulesetApplied', data: { ruleset, exceptParkedEvents } }];
    }
  }
}

function draft({ ruleset }: DraftRuleset, state: RulebookState, { actor }: CommandContext): readonly RulebookEvent[] {
  refuseFaults(ruleset);
  const next = nextVersion(state, ruleset.id);
  if (ruleset.version !== next) throw versionNotNext(ruleset, next);
  const data = { ruleset, digest: commandDigest(ruleset), draftedBy: actor.accountId };
  const before = state.drafts.find((known) => isSameRef(known.ruleset, ruleset));
  if (before?.digest === data.digest && before.draftedBy === data.draftedBy) return [];
  if (before === undefined && state.drafts.length >= rulesetDraftsMax) throw tooManyDrafts();
  return [{ type: 'RulesetDrafted', data }];
}

/** Four eyes: who drafted does not publish. Publishing again what is published is not an error. */
function publish(
  { ruleset: ref, digest }: PublishRuleset,
  state: RulebookState,
  { actor }: CommandContext,
): readonly RulebookEvent[] {
  const published = state.published.find(({ ruleset }) => isSameRef(ruleset, ref));
  if (published !== undefined) {
    if (published.digest === digest) return [];
    throw versionNeverChanges(ref);
  }
  const drafted = state.drafts.find(({ ruleset }) => isSameRef(ruleset, ref));
  if (drafted === undefined) throw notDrafted(ref);
  if (drafted.digest !== digest) throw draftChanged(ref, drafted.digest);
  if (drafted.draftedBy === actor.accountId) throw publisherIsDrafter(ref);
  if (state.published.length >= rulesetsPublishedMax) throw tooManyPublished();
  const { ruleset, draftedBy } = drafted;
  return [{ type: 'RulesetPublished', data: { ruleset, digest, draftedBy, origin: 'province' } }];
}

/** At every start; only the first one of an installation, or of a release that ships another ruleset, finds something to do. */
function install({ ruleset, isApplied }: InstallRuleset, state: RulebookState): readonly RulebookEvent[] {
  refuseFaults(ruleset);
  const digest = commandDigest(ruleset);
  const published = state.published.find((known) => isSameRef(known.ruleset, ruleset));
  if (published !== undefined) {
    if (published.digest === digest) return [];
    throw versionNeverChanges(ruleset);
  }
  const { id, version } = ruleset;
  return [
    { type: 'RulesetPublished', data: { ruleset, digest, draftedBy: 'platform', origin: 'shipped' } },
    ...(isApplied
      ? [{ type: 'RulesetApplied' as const, data: { ruleset: { id, version }, exceptParkedEvents: 0 } }]
      : []),
  ];
}

function nextVersion({ published }: RulebookState, id: string): number {
  const versions = published.filter(({ ruleset }) => ruleset.id === id).map(({ ruleset }) => ruleset.version);
  return Math.max(0, ...versions) + 1;
}

/** Beside what a ruleset must be at all: a cut-off of 0 would make everybody poor, and figures count the poor by what they failed. */
function refuseFaults(ruleset: PublishedRuleset): void {
  const set = findIndicatorSet(ruleset.indicatorSet);
  const faults: BilingualText[] =
    set === undefined
      ? [{ th: `ไม่มีชุดตัวชี้วัด ${ruleset.indicatorSet}`, en: `There is no indicator set ${ruleset.indicatorSet}.` }]
      : rulesetFaultTexts(ruleset, set);
  const { identification } = ruleset;
  if (identification.kind === 'weighted' && identification.cutoff.num === 0) {
    faults.push({ th: 'เกณฑ์ตัดเป็น 0 ทำให้ทุกครัวเรือนยากจน', en: 'A cut-off of 0 makes every household poor.' });
  }
  if (reservedIds.includes(ruleset.id)) {
    faults.push({ th: `ใช้ชื่อ ${ruleset.id} ไม่ได้`, en: `The id ${ruleset.id} is reserved.` });
  }
  if (faults.length === 0) return;
  throw new RuleBroken('ruleset-has-faults', {
    th: `เกณฑ์นี้ยังใช้ไม่ได้: ${faults.map(({ th }) => th).join(' · ')} แก้แล้วส่งใหม่`,
    en: `This ruleset cannot be used: ${faults.map(({ en }) => en).join(' ')} Correct it and send it again.`,
  });
}

const versionNotNext = (ref: RulesetRef, next: number): RuleBroken =>
  new RuleBroken('ruleset-version-not-next', {
    th: `รุ่นถัดไปของเกณฑ์ ${ref.id} คือ ${next} ไม่ใช่ ${ref.version} รุ่นที่ประกาศแล้วแก้ไม่ได้ ให้ร่างเป็นรุ่น ${next}`,
    en: `The next version of ${ref.id} is ${next}, not ${ref.version}. What is published never changes; draft it as version ${next}.`,
  });

const versionNeverChanges = (ref: RulesetRef): RuleBroken =>
  new RuleBroken('ruleset-version-never-changes', {
    th: `เกณฑ์ ${refText(ref)} ประกาศแล้วด้วยเนื้อหาอื่น รุ่นที่ประกาศแล้วแก้ไม่ได้ ให้ใช้เลขรุ่นใหม่`,
    en: `${refText(ref)} has been published with other contents. A published version never changes; use a new version number.`,
  });

const notDrafted = (ref: RulesetRef): RuleBroken =>
  new RuleBroken('ruleset-not-drafted', {
    th: `ยังไม่มีร่างเกณฑ์ ${refText(ref)} ให้ส่งร่างก่อน แล้วให้อีกคนประกาศ`,
    en: `There is no draft of ${refText(ref)}. Somebody drafts it first, and somebody else publishes it.`,
  });

const draftChanged = (ref: RulesetRef, digest: string): RuleBroken =>
  new RuleBroken('ruleset-draft-changed', {
    th: `ร่างเกณฑ์ ${refText(ref)} ไม่ใช่ฉบับที่อ่าน ฉบับล่าสุดคือ ${digest} อ่านแล้วประกาศด้วยรหัสนั้น`,
    en: `The draft of ${refText(ref)} is not the one that was read. The latest is ${digest}; read it and publish under that digest.`,
  });

const publisherIsDrafter = (ref: RulesetRef): RuleBroken =>
  new RuleBroken('publisher-must-not-be-drafter', {
    th: `ผู้ร่างเกณฑ์ ${refText(ref)} ประกาศเองไม่ได้ ให้อีกคนหนึ่งเป็นผู้ประกาศ`,
    en: `Who drafted ${refText(ref)} may not publish it. Somebody else publishes it.`,
  });

const tooManyPublished = (): RuleBroken =>
  new RuleBroken('too-many-rulesets', {
    th: `ประกาศเกณฑ์ครบ ${rulesetsPublishedMax} รุ่นแล้ว ทุกครัวเรือนถูกประเมินตามทุกรุ่น จึงประกาศเพิ่มไม่ได้`,
    en: `There are ${rulesetsPublishedMax} published rulesets, which is the most: every household is scored under each of them.`,
  });

const tooManyDrafts = (): RuleBroken =>
  new RuleBroken('too-many-drafts', {
    th: `มีร่างเกณฑ์ครบ ${rulesetDraftsMax} ร่างแล้ว ให้ประกาศ หรือส่งร่างทับของเดิม`,
    en: `There are ${rulesetDraftsMax} drafts, which is the most. Publish one, or draft over one of them.`,
  });
