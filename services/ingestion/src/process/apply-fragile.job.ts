import { type CommandContext, invariant } from '@faemban/event-sourcing';
import type { HouseholdInput, RecordFragility } from '../households/household.decisions';
import {
  commandOf,
  type ImportDone,
  type ImportRecord,
  nothingDone,
  restoredCommandOf,
} from '../imports/import-record';
import { fragileDefinition, fragileValidFrom } from '../sources/fragile-list';
import { bucketHouseholds } from '../staging/spool.file';
import type { StagedHousehold } from '../staging/staging.store';
import type { Release } from './apply-survey.job';
import { handleInTurns } from './handle-in-turns.job';
import { fragilityFactKey } from './match-fragile.job';
import { registerKeyOf } from './match-register.job';
import type { Tools, Work } from './tools';

/** Applies a list of fragile households household by household, in steps that a crash may interrupt anywhere. */
export class FragileApplication {
  constructor(
    private readonly tools: Tools,
    private readonly record: ImportRecord,
    private readonly release: Release,
    private readonly work: Work,
    /** Whether it was begun with files that are lost: households may stand in another order in it now. */
    private readonly isRestored: boolean,
  ) {}

  async run(): Promise<ImportDone> {
    const { staging } = this.tools;
    const total = staging.stagedEnd(this.record);
    const begun = staging.application(this.record);
    let done: ImportDone = begun?.applied ?? { ...nothingDone, toReview: this.record.found?.toReview ?? 0 };
    for (let bucket = begun?.bucket ?? 0; bucket * bucketHouseholds < total; bucket += 1) {
      const from = bucket * bucketHouseholds;
      done = await this.applyBucket(bucket, staging.staged(this.record, from, from + bucketHouseholds), done);
      const applied = Math.min(total, from + bucketHouseholds);
      this.work.report({ stage: 'applying', done: applied, total, unit: 'households' });
      await this.work.turn();
    }
    return done;
  }

  private async applyBucket(
    bucket: number,
    staged: readonly StagedHousehold[],
    before: ImportDone,
  ): Promise<ImportDone> {
    const { staging, households, clock } = this.tools;
    const { round } = this.record;
    const wanted = staged.filter(({ verdict }) => verdict !== 'same');
    const occurredAt = new Date(clock()).toISOString();
    const list: { command: HouseholdInput; context: CommandContext }[] = [];
    for (const one of wanted) {
      const commandId = this.isRestored ? restoredCommandOf(this.record, one.key) : commandOf(this.record, one.ord);
      const context = { commandId, area: '', occurredAt, ...this.release };
      list.push({ command: await this.fragilityOf(one), context });
    }
    const recorded = await handleInTurns(households, list, this.work);
    const done: ImportDone = {
      ...before,
      fragilities: before.fragilities + recorded,
      unchanged: before.unchanged + staged.length - recorded,
    };
    staging.transaction(() => {
      staging.putFacts(
        this.record,
        wanted.map(({ key, digest }) => ({
          year: round,
          key: fragilityFactKey(registerKeyOf(key).householdId),
          digest,
        })),
      );
      staging.putApplication(this.record, bucket + 1, done);
    });
    return done;
  }

  private async fragilityOf({ key, verdict }: StagedHousehold): Promise<RecordFragility> {
    const { importId, source, round } = this.record;
    const { householdId } = registerKeyOf(key);
    const staged = this.tools.staging.fragilities.get(this.record, householdId);
    invariant(staged !== undefined, 'what is applied was staged');
    const corrects = verdict === 'new' ? undefined : await this.fragilityToCorrect(householdId);
    return {
      type: 'RecordFragility',
      fragility: {
        ...{ householdId, importId, source, listYear: round, validFrom: fragileValidFrom(round) },
        definition: fragileDefinition,
        fragile: (staged.flags & 1) !== 0,
        tpmap: (staged.flags & 2) !== 0,
      },
      ...(corrects === undefined ? {} : { corrects }),
    };
  }

  /** The event in which this list said something else of the household, by another import that still stands. */
  private async fragilityToCorrect(householdId: string): Promise<string | undefined> {
    const { source, round, importId } = this.record;
    let told: { readonly id: string; readonly importId: string }[] = [];
    for (const { id, type, data } of await this.tools.events.load(`household-${householdId}`)) {
      const known = data as RecordFragility['fragility'];
      const isOfList = known.source === source && known.listYear === round && known.importId !== importId;
      if (type === 'FragilityRecorded' && isOfList) told.push({ id, importId: known.importId });
      if (type === 'FragilityWithdrawn') told = told.filter((one) => one.importId !== known.importId);
    }
    return told.at(-1)?.id;
  }
}
