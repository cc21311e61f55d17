import type { CommandContext } from '@faemban/event-sourcing';
import type { HouseholdInput, RecordWelfareRegistration } from '../households/household.decisions';
import {
  commandOf,
  type ImportDone,
  type ImportRecord,
  nothingDone,
  restoredCommandOf,
} from '../imports/import-record';
import { validFromOf } from '../sources/welfare-register';
import type { StagedHousehold } from '../staging/staging.store';
import type { Release } from './apply-survey.job';
import { registerBucketHouseholds, registerKeyOf } from './match-register.job';
import { handleInTurns } from './handle-in-turns.job';
import type { Tools, Work } from './tools';

/** Applies a register household by household, in steps that a crash may interrupt anywhere. */
export class RegisterApplication {
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
    for (let bucket = begun?.bucket ?? 0; bucket * registerBucketHouseholds < total; bucket += 1) {
      const from = bucket * registerBucketHouseholds;
      const staged = staging.staged(this.record, from, from + registerBucketHouseholds);
      done = await this.applyBucket(bucket, staged, done);
      this.work.report({
        stage: 'applying',
        done: Math.min(total, from + registerBucketHouseholds),
        total,
        unit: 'households',
      });
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
    const wanted = staged.filter(({ verdict }) => verdict !== 'same');
    const occurredAt = new Date(clock()).toISOString();
    const list: { command: HouseholdInput; context: CommandContext }[] = [];
    for (const one of wanted) {
      const commandId = this.isRestored ? restoredCommandOf(this.record, one.key) : commandOf(this.record, one.ord);
      const context = { commandId, area: '', occurredAt, ...this.release };
      list.push({ command: await this.registrationOf(one), context });
    }
    const recorded = await handleInTurns(households, list, this.work);
    const done: ImportDone = {
      ...before,
      registrations: before.registrations + recorded,
      unchanged: before.unchanged + staged.length - recorded,
    };
    staging.transaction(() => {
      staging.putFacts(
        this.record,
        wanted.map(({ key, digest }) => {
          const { householdId, registerYear } = registerKeyOf(key);
          return { year: registerYear, key: householdId, digest };
        }),
      );
      staging.putApplication(this.record, bucket + 1, done);
    });
    return done;
  }

  private async registrationOf({ key, verdict }: StagedHousehold): Promise<RecordWelfareRegistration> {
    const { importId, source } = this.record;
    const { householdId, registerYear } = registerKeyOf(key);
    const registrations = this.tools.staging
      .registrationsOf(this.record, householdId, registerYear)
      .map(({ personId, registered, verified }) => ({ personId, registered, verified }));
    const corrects = verdict === 'new' ? undefined : await this.registrationToCorrect(householdId, registerYear);
    return {
      type: 'RecordWelfareRegistration',
      registration: {
        householdId,
        importId,
        source,
        registerYear,
        validFrom: validFromOf(registerYear),
        registrations,
      },
      ...(corrects === undefined ? {} : { corrects }),
    };
  }

  /** The event in which this register said something else of the household, by another import. */
  private async registrationToCorrect(householdId: string, registerYear: number): Promise<string | undefined> {
    let corrected: string | undefined;
    for (const { id, type, data } of await this.tools.events.load(`household-${householdId}`)) {
      if (type !== 'WelfareRegistrationRecorded') continue;
      const known = data as RecordWelfareRegistration['registration'];
      const { source, importId } = this.record;
      if (known.source === source && known.registerYear === registerYear && known.importId !== importId) corrected = id;
    }
    return corrected;
  }
}
