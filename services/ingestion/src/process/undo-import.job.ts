import type { BuiltOn, HouseholdEvent } from '@faemban/contracts';
import { type CommandContext, deterministicId, type RecordedEvent } from '@faemban/event-sourcing';
import { type Account, accountsOf, factTypes, findKnown, withoutImport } from '../households/accounts';
import { builtOn, evolveHousehold, type Household, unlistedHousehold } from '../households/household';
import type { WithdrawImport } from '../households/household.decisions';
import type { ImportRecord } from '../imports/import-record';
import type { UndoDone, WithdrawnFact } from '../staging/undo.store';
import type { Release } from './apply-survey.job';
import { confirmationsOf } from './confirmations.job';
import { handleInTurns } from './handle-in-turns.job';
import { fragilityFactKey } from './match-fragile.job';
import type { Tools, Work } from './tools';

/** Events read from the log between turns: about 5 ms. */
const eventsPerTurn = 256;
/** Households looked at between turns, and withdrawn from in one step that a crash may interrupt. */
const householdsPerStep = 128;
/** Kinds of things built on an import that are told one by one; the most frequent ones. */
const builtOnToldMax = 100;

/** What undoing an import would touch, and what stands in its way. */
export interface Examination {
  readonly households: number;
  readonly facts: number;
  readonly builtOn: readonly BuiltOn[];
}

/** A household as it was before anything of the import was withdrawn, and the ids of the import's facts. */
interface Looked {
  readonly householdId: string;
  readonly state: Household;
  readonly own: readonly Account[];
  readonly eventIds: readonly string[];
}

/**
 * Undoes an import. Which households it touched is read from the log, not from what was staged, so that it is exact however long ago it
 * was. First every household is looked at; only when nothing was built on any of them is anything withdrawn, in steps that a crash
 * may interrupt: commands derive their ids from import and household, and a step done again changes nothing.
 */
export class ImportUndo {
  constructor(
    private readonly tools: Tools,
    private readonly record: ImportRecord,
    private readonly work: Work,
  ) {}

  async examine(): Promise<Examination> {
    const households = await this.listHouseholds();
    const built = new Map<string, BuiltOn>();
    let facts = 0;
    for (let from = 0; from < households; from += householdsPerStep) {
      for (const { state, own } of await this.look(from)) {
        facts += own.length;
        for (const each of builtOn(state, this.record.importId)) add(built, each);
      }
      const done = Math.min(households, from + householdsPerStep);
      this.work.report({ stage: 'examining', done, total: households, unit: 'households' });
      await this.work.turn();
    }
    for (const each of await confirmationsOf(this.tools, this.record, this.work)) add(built, each);
    const builtOnIt = [...built.values()].sort((one, other) => other.households - one.households);
    return { households, facts, builtOn: builtOnIt.slice(0, builtOnToldMax) };
  }

  /** Whether {@link withdraw} has begun: from then on it is carried through. */
  hasBegun(): boolean {
    return this.tools.undo.progress(this.record) !== undefined;
  }

  async withdraw(release: Release): Promise<UndoDone> {
    const { undo, staging } = this.tools;
    const begun = undo.progress(this.record) ?? { next: 0, done: { households: 0, withdrawn: 0, restored: 0 } };
    undo.putProgress(this.record, begun.next, begun.done);
    staging.persist();
    let { done } = begun;
    const total = this.tools.rollbacks.find(this.record)?.households ?? 0;
    for (let next = begun.next; ; next += householdsPerStep) {
      const looked = await this.look(next);
      if (looked.length === 0) return done;
      done = await this.withdrawStep(next, looked, done, release);
      const reached = Math.min(total, next + householdsPerStep);
      this.work.report({ stage: 'withdrawing', done: reached, total, unit: 'households' });
      await this.work.turn();
    }
  }

  private async withdrawStep(
    next: number,
    looked: readonly Looked[],
    before: UndoDone,
    release: Release,
  ): Promise<UndoDone> {
    const { undo, households, clock } = this.tools;
    const { importId } = this.record;
    const occurredAt = new Date(clock()).toISOString();
    const commands = looked.map(({ householdId, eventIds }) => {
      const command: WithdrawImport = { type: 'WithdrawImport', householdId, importId, eventIds };
      const commandId = deterministicId(importId, householdId, 'withdraw');
      const context: CommandContext = { commandId, area: '', occurredAt, ...release };
      return { command, context };
    });
    await handleInTurns(households, commands, this.work);
    const withdrawn = looked.flatMap((household) => this.withdrawnOf(household));
    const done: UndoDone = {
      households: before.households + looked.length,
      withdrawn: before.withdrawn + withdrawn.length,
      restored: before.restored + withdrawn.filter(({ isRestored }) => isRestored).length,
    };
    undo.transaction(() => {
      undo.restoreFacts(this.record, withdrawn);
      undo.putProgress(this.record, next + householdsPerStep, done);
    });
    return done;
  }

  /** Surveys are known by the source's key of the household, everything else by the household itself, lists under a name of their own. */
  private withdrawnOf({ householdId, own, state }: Looked): WithdrawnFact[] {
    const remaining = withoutImport(state.accounts, this.record.importId);
    return own.map((account) => {
      const isRestored = findKnown(remaining, account) !== undefined;
      return { year: account.year, key: this.factKeyOf(account, householdId), isRestored };
    });
  }

  private factKeyOf({ type }: Account, householdId: string): string {
    if (type === 'FragilityRecorded') return fragilityFactKey(householdId);
    const key = type === 'HouseholdSurveyed' ? this.tools.undo.findKey(this.record, householdId) : undefined;
    return key ?? householdId;
  }

  /** Lists every household the import recorded something of. Answers how many. */
  private async listHouseholds(): Promise<number> {
    const { log, undo } = this.tools;
    undo.clear(this.record);
    const heads = await log.heads('ingestion');
    const total = heads.reduce((sum, { seq }) => sum + seq, 0);
    let [read, listed] = [0, 0];
    for (const { partition, seq } of heads) {
      const seen = new Set<string>();
      for (let after = 0; after < seq; after += eventsPerTurn) {
        const events = await log.read('ingestion', partition, after, eventsPerTurn);
        const found = events.flatMap((event) => this.householdOf(event) ?? []).filter((id) => !seen.has(id));
        for (const householdId of found) seen.add(householdId);
        undo.putHouseholds(this.record, listed, [...new Set(found)]);
        listed += new Set(found).size;
        read += events.length;
        this.work.report({ stage: 'reading', done: Math.min(read, total), total, unit: 'events' });
        await this.work.turn();
      }
    }
    return listed;
  }

  private householdOf({ type, data }: RecordedEvent): string | undefined {
    if (!(factTypes as readonly string[]).includes(type)) return undefined;
    const { importId, householdId } = data as { readonly importId: string; readonly householdId: string };
    return importId === this.record.importId ? householdId : undefined;
  }

  private async look(from: number): Promise<Looked[]> {
    const { undo, events } = this.tools;
    const { importId } = this.record;
    const looked: Looked[] = [];
    for (const householdId of undo.households(this.record, from, householdsPerStep)) {
      const recorded = await events.load(`household-${householdId}`);
      const before = recorded.filter(({ type, data }) => !(isWithdrawal(type) && importOf(data) === importId));
      const state = before.reduce((known, event) => evolveHousehold(known, event as HouseholdEvent), unlistedHousehold);
      const eventIds = before.flatMap((event) => (this.householdOf(event) === undefined ? [] : [event.id]));
      looked.push({ householdId, state, own: accountsOf(state.accounts, importId), eventIds });
    }
    return looked;
  }
}

const isWithdrawal = (type: string): boolean => type.endsWith('Withdrawn');
const importOf = (data: unknown): string | undefined => (data as { readonly importId?: string }).importId;

function add(built: Map<string, BuiltOn>, each: BuiltOn): void {
  const key = `${each.context}/${each.what}/${each.by}`;
  const known = built.get(key);
  built.set(key, known ? { ...known, households: known.households + each.households } : each);
}
