import type { Actor, AreaRef } from '@faemban/contracts';
import { type CommandContext, invariant, type RecordedEvent, sequencedId } from '@faemban/event-sourcing';
import { placeHousehold, placeText } from '../areas/place';
import type { HouseholdInput } from '../households/household.decisions';
import { commandOf, type ImportDone, type ImportRecord, nothingDone } from '../imports/import-record';
import { surveyedMemberOf, vaultMemberOf } from '../sources/bmn-survey';
import { joinHouseholds, type JoinedHousehold } from '../staging/household-join';
import { bucketHouseholds, SpoolReader } from '../staging/spool.file';
import type { StagedHousehold } from '../staging/staging.store';
import { handleInTurns } from './handle-in-turns.job';
import type { Tools, Work } from './tools';

/** On whose authority an import is applied, and in answer to which event. */
export interface Release {
  readonly actor: Actor;
  readonly correlationId: string;
  readonly causationId: string;
}

/** A household that is to be recorded, under its platform id. */
interface Wanted {
  readonly staged: StagedHousehold;
  readonly joined: JoinedHousehold;
  readonly householdId: string;
  readonly isListedNow: boolean;
  readonly area: AreaRef;
  readonly recorded: Recorded | undefined;
}

/** A staged household, with what the import recorded of it already where that was asked. */
type Staged = StagedHousehold & { readonly recorded: Recorded | undefined };

/** What this import has recorded of a household already: under which id, and who its members are, in their order. */
interface Recorded {
  readonly householdId: string;
  readonly personIds: readonly string[];
}

/**
 * Applies a survey bucket by bucket: ids are allotted and remembered, persons recorded in the vault, households recorded, and then the
 * bucket is ticked off. Every id and command derives from the import and the household, so a bucket that a crash interrupted is done
 * again without doubling anything.
 *
 * What the files know may be older than what is recorded: of the first bucket after a start, and of every bucket of an import that is
 * restored, it is asked which households are recorded already. Those are entered in the files and the vault as events have them.
 */
export class SurveyApplication {
  constructor(
    private readonly tools: Tools,
    private readonly record: ImportRecord,
    private readonly release: Release,
    private readonly work: Work,
    private readonly isRestored = false,
  ) {}

  async run(): Promise<ImportDone> {
    const { staging, files } = this.tools;
    const { importId } = this.record;
    const total = staging.stagedEnd(this.record);
    const reader = await SpoolReader.open(files.pathOf(importId, 'staged'), files.keyOf(importId), (kind, bucket) =>
      staging.frames(this.record, kind, bucket),
    );
    const begun = staging.application(this.record);
    let done = begun?.applied ?? nothingDone;
    try {
      for (let bucket = begun?.bucket ?? 0; bucket * bucketHouseholds < total; bucket += 1) {
        const staged = staging.staged(this.record, bucket * bucketHouseholds, (bucket + 1) * bucketHouseholds);
        const looksFirst = this.isRestored || bucket === (begun?.bucket ?? 0);
        done = await this.applyBucket(bucket, await this.withRecorded(staged, looksFirst), reader, done);
        this.work.report({
          stage: 'applying',
          done: Math.min(total, (bucket + 1) * bucketHouseholds),
          total,
          unit: 'households',
        });
        await this.work.turn();
      }
    } finally {
      await reader.close();
    }
    return done;
  }

  /**
   * Applies households that had waited for their area code, a bucket of them at most. They are compared anew, with the place they now
   * have. `mappingId` names the mapping that lets them go on.
   */
  async applyWaiting(ords: readonly number[], mappingId: string): Promise<void> {
    const { staging, files, waiting } = this.tools;
    const { importId, round } = this.record;
    const bucket = Math.floor((ords[0] ?? 0) / bucketHouseholds);
    const within = new Set(ords.filter((ord) => Math.floor(ord / bucketHouseholds) === bucket));
    const reader = await SpoolReader.open(files.pathOf(importId, 'staged'), files.keyOf(importId), (kind, of) =>
      staging.frames(this.record, kind, of),
    );
    try {
      const staged = staging
        .staged(this.record, bucket * bucketHouseholds, (bucket + 1) * bucketHouseholds)
        .filter(({ ord }) => within.has(ord));
      const wanted = this.comparedAgain(await this.wantedOf(await this.withRecorded(staged, true), bucket, reader));
      const surveyed = await this.recordHouseholds(wanted, `${bucket}/${mappingId}`);
      const before = staging.application(this.record);
      const progress = waiting.progress(this.record, mappingId);
      const done = before?.applied ?? nothingDone;
      staging.transaction(() => {
        staging.putFacts(
          this.record,
          wanted.map(({ staged: { key, digest } }) => ({ year: round, key, digest })),
        );
        staging.changeVerdicts(
          this.record,
          wanted.map(({ staged: { ord, verdict } }) => ({ ord, verdict })),
        );
        waiting.settle(this.record, [...within]);
        waiting.putProgress(this.record, mappingId, {
          households: progress.households + within.size,
          surveyed: progress.surveyed + surveyed,
        });
        staging.putApplication(this.record, before?.bucket ?? 0, {
          ...done,
          listed: done.listed + wanted.filter(({ isListedNow }) => isListedNow).length,
          surveyed: done.surveyed + surveyed,
          unchanged: done.unchanged + wanted.length - surveyed,
          toReview: done.toReview - within.size,
        });
      });
    } finally {
      await reader.close();
    }
  }

  /** What this source says of the round by now, with the place a household now has. */
  private comparedAgain(wanted: readonly Wanted[]): Wanted[] {
    const { staging, keys } = this.tools;
    const { source, round } = this.record;
    return wanted.map((one) => {
      const digest = keys.digest(`${placeText(one.area)}\n${one.joined.text}`);
      const known = staging.factOf(source, round, one.staged.key);
      const verdict = known === undefined ? 'new' : known === digest ? 'same' : 'changed';
      return { ...one, staged: { ...one.staged, digest, verdict } };
    });
  }

  /** What is staged, with what the import recorded of it already; that is asked only where it may have recorded any. */
  private async withRecorded(staged: readonly StagedHousehold[], asks: boolean): Promise<Staged[]> {
    return Promise.all(
      staged.map(async (household) => ({
        ...household,
        recorded: asks && household.verdict !== 'review' ? await this.findRecorded(household.ord) : undefined,
      })),
    );
  }

  private async findRecorded(ord: number): Promise<Recorded | undefined> {
    const { events } = this.tools;
    const outcome = await events.outcomeOf(commandOf(this.record, ord));
    if (outcome === undefined) return undefined;
    const isSurvey = ({ id, type }: RecordedEvent): boolean =>
      type === 'HouseholdSurveyed' && outcome.eventIds.includes(id);
    const surveyed = (await events.load(outcome.stream)).find(isSurvey);
    invariant(surveyed !== undefined, 'the command recorded a survey');
    const { householdId, members } = surveyed.data as Extract<HouseholdInput, { type: 'RecordSurvey' }>['survey'];
    return { householdId, personIds: members.map(({ personId }) => personId) };
  }

  private async applyBucket(
    bucket: number,
    staged: readonly Staged[],
    reader: SpoolReader,
    before: ImportDone,
  ): Promise<ImportDone> {
    const { staging } = this.tools;
    const toReview = staged.filter(({ verdict }) => verdict === 'review').length;
    const isNothing = ({ verdict, recorded }: Staged): boolean => verdict === 'same' && recorded === undefined;
    const same = staged.filter(isNothing).length;
    const wanted = await this.wantedOf(
      staged.filter((one) => one.verdict !== 'review' && !isNothing(one)),
      bucket,
      reader,
    );
    await this.work.turn();
    const surveyed = wanted.length === 0 ? 0 : await this.recordHouseholds(wanted, `${bucket}`);
    const done: ImportDone = {
      listed: before.listed + wanted.filter(({ isListedNow }) => isListedNow).length,
      surveyed: before.surveyed + surveyed,
      ...{ registrations: 0, fragilities: 0 },
      unchanged: before.unchanged + same + wanted.length - surveyed,
      toReview: before.toReview + toReview,
    };
    staging.transaction(() => {
      const { round } = this.record;
      staging.putFacts(
        this.record,
        wanted.map(({ staged: { key, digest } }) => ({ year: round, key, digest })),
      );
      staging.putApplication(this.record, bucket + 1, done);
    });
    return done;
  }

  /** Joins what is staged and gives each household its id: the one it has, or a new one that is remembered before it is used. */
  private async wantedOf(staged: readonly Staged[], bucket: number, reader: SpoolReader): Promise<Wanted[]> {
    if (staged.length === 0) return [];
    const { staging, mappings } = this.tools;
    const { importId, source, round, no } = this.record;
    const stagedAt = new Map(staged.map((household) => [household.ord, household]));
    const within = ({ ord }: { ord: number }): boolean => stagedAt.has(ord);
    const households = (await reader.lines('households', bucket)).filter(within);
    const members = (await reader.lines('members', bucket)).filter(within);
    await this.work.turn();
    return staging.transaction(() =>
      joinHouseholds(households, members).map((joined): Wanted => {
        const known = stagedAt.get(joined.ord);
        const placed = placeHousehold(mappings, source, joined.household.villageCode, round);
        invariant(known !== undefined && placed.status === 'placed', 'what is applied was placed');
        let allotted = staging.findHousehold(source, known.key);
        const { recorded } = known;
        if (allotted === undefined) {
          const householdId = recorded?.householdId ?? sequencedId(importId, joined.ord, 'household');
          allotted = { householdId, importNo: no };
          staging.allotHousehold(source, known.key, allotted.householdId, this.record);
        }
        const { householdId, importNo } = allotted;
        invariant(recorded === undefined || recorded.householdId === householdId, 'a household keeps its id');
        return { staged: known, joined, householdId, isListedNow: importNo === no, area: placed.area, recorded };
      }),
    );
  }

  /** How many households got an event. */
  private async recordHouseholds(wanted: readonly Wanted[], batch: string): Promise<number> {
    const { vault, households, clock } = this.tools;
    const { importId, source, round } = this.record;
    const persons = await vault.recordPersons({
      batchId: `${importId}/${batch}`,
      source,
      round,
      ...this.release,
      households: wanted.map(({ householdId, area, joined: { household, members }, recorded }) => {
        const { houseCode, houseNo, moo, soi, road } = household;
        return {
          householdId,
          area: area.village,
          address: { houseCode, houseNo, moo, soi, road },
          members: members.map(({ member }, index) => {
            const personId = recorded?.personIds[index];
            return personId === undefined ? vaultMemberOf(member) : { ...vaultMemberOf(member), personId };
          }),
        };
      }),
    });
    const occurredAt = new Date(clock()).toISOString();
    const list: { command: HouseholdInput; context: CommandContext }[] = [];
    for (const [index, one] of wanted.entries()) {
      if (one.recorded !== undefined) continue;
      const commandId = commandOf(this.record, one.joined.ord);
      list.push({
        command: await this.surveyOf(one, persons[index]?.personIds ?? []),
        context: { commandId, area: one.area.village, occurredAt, ...this.release },
      });
    }
    return wanted.length - list.length + (await handleInTurns(households, list, this.work));
  }

  private async surveyOf(
    { staged, joined, householdId, area }: Wanted,
    personIds: readonly string[],
  ): Promise<HouseholdInput> {
    const { importId, source, round } = this.record;
    const { household, members } = joined;
    invariant(personIds.length === members.length, 'the vault answers for every member');
    const { surveyedOn, answers, happiness, incomeSatang, birthWeightG, drinkingWaterL, utilityWaterL } = household;
    const corrects = staged.verdict === 'new' ? undefined : await this.surveyToCorrect(householdId);
    return {
      type: 'RecordSurvey',
      survey: {
        ...{ householdId, importId, source, round, surveyedOn, area, answers },
        figures: { incomeSatang, birthWeightG, drinkingWaterL, utilityWaterL },
        happiness,
        members: members.map(({ member }, index) => surveyedMemberOf(member, surveyedOn, personIds[index] ?? '')),
      },
      ...(corrects === undefined ? {} : { corrects }),
    };
  }

  /** The event in which this source described the round before, by another import. */
  private async surveyToCorrect(householdId: string): Promise<string | undefined> {
    let corrected: string | undefined;
    for (const { id, type, data } of await this.tools.events.load(`household-${householdId}`)) {
      if (type !== 'HouseholdSurveyed') continue;
      const survey = data as Extract<HouseholdInput, { type: 'RecordSurvey' }>['survey'];
      const { source, round, importId } = this.record;
      if (survey.source === source && survey.round === round && survey.importId !== importId) corrected = id;
    }
    return corrected;
  }
}
