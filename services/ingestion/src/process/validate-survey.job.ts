import { placeHousehold, placeText } from '../areas/place';
import type { ImportFound, ImportRecord, Verdict } from '../imports/import-record';
import { HouseholdRows } from '../sources/bmn-household';
import { MemberRows } from '../sources/bmn-member';
import { findFormOfRound, HouseholdChecks } from '../sources/bmn-survey';
import { partForms } from '../sources/part-forms';
import { PartRows } from '../sources/part-rows';
import { RowReport } from '../sources/row-problem';
import { householdText, memberText } from '../sources/staged-lines';
import { joinHouseholds, type JoinedHousehold } from '../staging/household-join';
import { NumberHolders } from '../staging/number-holders';
import { ShardedMap } from '../staging/sharded-map';
import { bucketHouseholds, SpoolReader, SpoolWriter } from '../staging/spool.file';
import type { StagedHousehold } from '../staging/staging.store';
import { Findings } from './findings.job';
import { headerOf } from './part-header.job';
import { readPart } from './read-part.job';
import { Repeats } from './repeats.job';
import type { Tools, Work } from './tools';

/** Households joined, checked and compared before others get a turn: about 4 ms. */
const householdsPerSlice = 128;

/**
 * Validates a survey in three passes: the households part, the members part, both joined household by household. Every row is checked;
 * what is sound is staged, sealed, with a keyed digest by which it is compared with what this source said of the round before.
 */
export class SurveyValidation {
  private readonly findings: Findings;
  private readonly households: RowReport;
  private readonly members: RowReport;
  /** Every household's place in the file by its reference, also of those whose row is wrong. */
  private readonly ordOf = new ShardedMap<string, number>();
  private readonly holders = new NumberHolders();
  private readonly inConflict = new Set<number>();
  /** Households of which a member's row is wrong: what the parts say together is not judged then. */
  private readonly incomplete = new Set<number>();
  /** Whether the source has said anything of this round before. */
  private readonly isRoundKnown: boolean;
  private areHouseholdsKnown = true;
  private areMembersKnown = true;
  private householdRows = 0;
  private memberRows = 0;
  private persons = 0;
  private readonly repeats = new Repeats();
  private readonly preview = { new: 0, changed: 0, same: 0, conflict: 0, ambiguous: 0 };

  constructor(
    private readonly tools: Tools,
    private readonly record: ImportRecord,
    private readonly work: Work,
  ) {
    this.findings = new Findings(tools.findings, tools.waiting, record);
    this.isRoundKnown = tools.staging.hasFacts(record.source, record.round);
    this.households = new RowReport('households', this.findings.hear);
    this.members = new RowReport('members', this.findings.hear);
  }

  async run(): Promise<ImportFound> {
    const { staging, files } = this.tools;
    const { importId } = this.record;
    staging.clear(this.record);
    const spool = await SpoolWriter.create(files.pathOf(importId, 'staged'), files.keyOf(importId));
    try {
      await this.readHouseholds(spool);
      await this.readMembers(spool);
      await spool.close();
    } catch (error) {
      await spool.abandon();
      throw error;
    }
    staging.putFrames(this.record, spool.frames);
    await this.compare();
    const { errors, warnings, reviewed } = this.findings;
    return {
      rows: this.householdRows + this.memberRows,
      households: this.ordOf.size,
      persons: this.persons,
      ...{ errors, warnings, preview: this.preview, toReview: reviewed, repeats: this.repeats.counts },
    };
  }

  private async readHouseholds(spool: SpoolWriter): Promise<void> {
    const rows = new PartRows(
      partForms.households,
      headerOf(this.tools, this.record, 'households'),
      this.households,
      (places) => {
        const households = new HouseholdRows(places, this.record.round, this.households);
        return (cells, row) => {
          const household = households.read(cells, row);
          const ref = household?.ref ?? households.referenceOf(cells);
          if (ref === undefined) return;
          if (this.ordOf.get(ref) !== undefined) {
            this.households.say(row, 'household_ref', 'household-ref-twice');
            return;
          }
          const ord = this.ordOf.size;
          this.ordOf.set(ownCopy(ref), ord);
          if (household !== undefined) spool.add('households', { row, ord, text: householdText(household) });
        };
      },
    );
    await readPart(this.tools, this.record, 'households', rows, this.work, () => this.write(spool));
    this.householdRows = rows.rows;
    this.areHouseholdsKnown = !rows.isUnreadable;
  }

  private async readMembers(spool: SpoolWriter): Promise<void> {
    const rows = new PartRows(
      partForms.members,
      headerOf(this.tools, this.record, 'members'),
      this.members,
      (places) => {
        const members = new MemberRows(places, this.members);
        return (cells, row) => {
          const member = members.read(cells, row);
          const ref = member?.ref ?? members.referenceOf(cells);
          const ord = ref === undefined ? undefined : this.ordOf.get(ref);
          if (ref !== undefined && ord === undefined && this.areHouseholdsKnown) {
            this.members.say(row, 'household_ref', 'household-unknown');
          }
          if (member === undefined && ord !== undefined) this.incomplete.add(ord);
          if (member === undefined || ord === undefined) return;
          this.persons += 1;
          if (member.number !== '') this.notice(member.number, ord, row);
          spool.add('members', { row, ord, text: memberText(member) });
        };
      },
    );
    await readPart(this.tools, this.record, 'members', rows, this.work, () => this.write(spool));
    this.memberRows = rows.rows;
    this.areMembersKnown = !rows.isUnreadable;
  }

  /** Notices a number that two households of this file have. */
  private notice(number: string, ord: number, row: number): void {
    const holder = this.holders.firstOf(number, ord);
    if (holder !== ord) {
      this.members.say(row, 'citizen_id', 'number-in-two-households');
      this.inConflict.add(holder).add(ord);
    }
  }

  private async write(spool: SpoolWriter): Promise<void> {
    this.findings.flush();
    if (spool.isFull) await spool.flush();
  }

  private async compare(): Promise<void> {
    const { files, staging } = this.tools;
    const { importId, round } = this.record;
    const form = findFormOfRound(round);
    if (form === undefined) throw new Error(`No form is known for round ${round}.`);
    const checks = new HouseholdChecks(form, this.households, this.members);
    const total = this.areMembersKnown ? this.ordOf.size : 0;
    const reader = await SpoolReader.open(files.pathOf(importId, 'staged'), files.keyOf(importId), (kind, bucket) =>
      staging.frames(this.record, kind, bucket),
    );
    try {
      for (let bucket = 0; bucket * bucketHouseholds < total; bucket += 1) {
        const members = await reader.lines('members', bucket);
        const lines = await reader.lines('households', bucket);
        await this.work.turn();
        const staged: StagedHousehold[] = [];
        for (let from = 0; from < lines.length; from += householdsPerSlice) {
          const slice = lines.slice(from, from + householdsPerSlice).filter(({ ord }) => !this.incomplete.has(ord));
          const within = new Set(slice.map(({ ord }) => ord));
          const joined = joinHouseholds(
            slice,
            members.filter(({ ord }) => within.has(ord)),
          );
          for (const household of joined) if (checks.check(household)) staged.push(this.stage(household));
          await this.work.turn();
        }
        staging.putStaged(this.record, staged);
        this.findings.flush();
        const done = Math.min(total, (bucket + 1) * bucketHouseholds);
        this.work.report({ stage: 'comparing', done, total, unit: 'households' });
        await this.work.turn();
      }
    } finally {
      await reader.close();
    }
  }

  private stage({ ord, row, household, members, text }: JoinedHousehold): StagedHousehold {
    const { keys, staging, mappings } = this.tools;
    const { source, round } = this.record;
    const placed = placeHousehold(mappings, source, household.villageCode, round);
    const key = keys.householdKey(source, household.ref);
    const digest = keys.digest(`${placed.status === 'placed' ? placeText(placed.area) : ''}\n${text}`);
    let verdict: Verdict;
    if (placed.status === 'unmatched') {
      verdict = 'review';
      const { reason, sentence } = placed;
      const { villageCode } = household;
      this.findings.review({ part: 'households', row, reason, area: villageCode, ord, ...sentence });
    } else {
      const known = this.isRoundKnown ? staging.factOf(source, round, key) : undefined;
      if (known === digest) verdict = 'same';
      else if (this.inConflict.has(ord)) verdict = 'conflict';
      else verdict = known === undefined ? 'new' : 'changed';
      this.preview[verdict] += 1;
    }
    const content = text.slice(JSON.stringify(household.ref).length + 1);
    this.repeats.hear(keys.digest(content), 1 + members.length, verdict === 'same');
    return { ord, key, digest, verdict, persons: members.length };
  }
}

/** A string of its own: a slice would keep the whole piece of the file it was cut from in memory. */
const ownCopy = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');
