import { firstRulesets, rulesetSchema, type RulebookEvent, type RulesetRef } from '@faemban/contracts';
import {
  catalogueUpcasters,
  deterministicId,
  policyActor,
  type CommandContext,
  type CommandHandler,
  type Handled,
  type RecordedEvent,
} from '@faemban/event-sourcing';
import type { Platform } from '@faemban/nest-kit';
import type { Ruleset, TpmapDimension } from '@faemban/reference-data';
import type { OnApplicationShutdown } from '@nestjs/common';
import { emptyRulebook, evolveRulebook, isSameRef, type Draft, type Published } from './rulebook';
import { rulebookStream, type RulebookCommand } from './rulebook.decisions';
import type { RulesetBook } from './ruleset-book';

/** How often the rulebook is read again where other processes may have changed it. Milliseconds. */
const refreshEveryMs = 2_000;

/** A published version with when and by whom. */
export interface ListedRuleset extends Published {
  readonly publishedAt: string;
  readonly publishedBy: string;
}

/** A proposed version with when it was proposed. */
export interface ListedDraft extends Draft {
  readonly draftedAt: string;
}

/** The rulebook of this installation: reads its stream, keeps the book that scores are made by up to date, and gives its commands. */
export class RulebookService implements OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly platform: Platform,
    private readonly handler: CommandHandler<RulebookCommand>,
    readonly book: RulesetBook,
  ) {}

  /**
   * Publishes what ships with the product and is not published yet, then opens the book. Before any household is scored.
   * @throws RuleBroken `ruleset-version-never-changes` where a ruleset that ships was published with other contents
   */
  async open(shipped: readonly Ruleset<TpmapDimension>[]): Promise<void> {
    for (const each of shipped) {
      const ruleset = rulesetSchema.parse(each);
      const isApplied = firstRulesets.some((first) => isSameRef(first, ruleset));
      await this.handler.handle({ type: 'InstallRuleset', ruleset, isApplied }, this.ownContext('install', ruleset));
    }
    await this.refresh();
    // Where several processes have the same rulebook, another one may publish; what cannot be read now is read at the next look.
    if (this.platform.isInCharge === undefined) return;
    this.timer = setInterval(() => void this.refresh().catch(() => undefined), refreshEveryMs).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Hands over a command about rulesets; what it changed is in the book when this answers. */
  async handle(command: RulebookCommand, context: CommandContext): Promise<Handled> {
    const handled = await this.handler.handle(command, context);
    await this.refresh();
    return handled;
  }

  /** Notes that every household recorded before its publication has been scored under a ruleset. */
  async noteApplied(ruleset: RulesetRef, exceptParkedEvents: number): Promise<void> {
    const command = { type: 'NoteRulesetApplied', ruleset, exceptParkedEvents } as const;
    await this.handle(command, this.ownContext('applied', ruleset));
  }

  /** Everything that is published or proposed, as it stands in the log. */
  async list(): Promise<{ readonly published: readonly ListedRuleset[]; readonly drafts: readonly ListedDraft[] }> {
    const events = await this.events();
    const { published, drafts } = stateOf(events);
    const tellsOf = (type: RulebookEvent['type'], ref: RulesetRef) =>
      events.findLast((event) => event.type === type && 'digest' in event.data && isSameRef(event.data.ruleset, ref));
    return {
      published: published.map((each) => {
        const event = tellsOf('RulesetPublished', each.ruleset);
        return { ...each, publishedAt: event?.recordedAt ?? '', publishedBy: event?.actor.accountId ?? '' };
      }),
      drafts: drafts.map((each) => {
        return { ...each, draftedAt: tellsOf('RulesetDrafted', each.ruleset)?.recordedAt ?? '' };
      }),
    };
  }

  private async refresh(): Promise<void> {
    this.book.learn(stateOf(await this.events()).published);
  }

  private async events(): Promise<readonly (RecordedEvent & RulebookEvent)[]> {
    const events = await this.platform.store('mpi-scoring').load(rulebookStream);
    return events.map((event) => catalogueUpcasters.upcast(event) as RecordedEvent & RulebookEvent);
  }

  /** The platform acts by itself; the same thing done twice is one command. */
  private ownContext(what: string, { id, version }: RulesetRef): CommandContext {
    const commandId = deterministicId(`ruleset-${what}`, id, version);
    return {
      commandId,
      actor: policyActor,
      area: '',
      occurredAt: new Date(this.platform.clock()).toISOString(),
      correlationId: commandId,
    };
  }
}

function stateOf(events: readonly RulebookEvent[]) {
  return events.reduce(evolveRulebook, emptyRulebook);
}
