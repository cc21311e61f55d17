import type { NumberMatch } from '@faemban/contracts';
import type { ImportFound, ImportRecord, Verdict } from '../imports/import-record';
import { partForms } from '../sources/part-forms';
import { PartRows } from '../sources/part-rows';
import { RowReport } from '../sources/row-problem';
import { firstRegisterYear, type RegisterRow, RegisterRows } from '../sources/welfare-register';
import { bucketHouseholds } from '../staging/spool.file';
import { ShardedMap } from '../staging/sharded-map';
import type { StagedHousehold, StagedRegistration } from '../staging/staging.store';
import { Findings } from './findings.job';
import { headerOf } from './part-header.job';
import { readPart } from './read-part.job';
import { Repeats } from './repeats.job';
import type { Tools, Work } from './tools';

/** Registrations read back at once while households are compared; a household's are never split. */
const registrationsPerPage = 4096;

/**
 * Validates a welfare register: every row is checked, its number is looked up in the vault, and what it says is staged under the person's
 * household. A number nobody has goes to review; one that several have is ambiguous, and nobody is picked.
 */
export class RegisterMatching {
  private readonly findings: Findings;
  private readonly register: RowReport;
  private readonly seen = new ShardedMap<string | number, number>();
  private waiting: (RegisterRow & { readonly row: number })[] = [];
  private rows = 0;
  private persons = 0;
  private readonly repeats = new Repeats();
  private readonly preview = { new: 0, changed: 0, same: 0, conflict: 0, ambiguous: 0 };

  constructor(
    private readonly tools: Tools,
    private readonly record: ImportRecord,
    private readonly work: Work,
  ) {
    this.findings = new Findings(tools.findings, tools.waiting, record);
    this.register = new RowReport('register', this.findings.hear);
  }

  async run(): Promise<ImportFound> {
    this.tools.staging.clear(this.record);
    const rows = new PartRows(
      partForms.register,
      headerOf(this.tools, this.record, 'register'),
      this.register,
      (places) => {
        const reader = new RegisterRows(places, this.register);
        return (cells, row) => {
          const registration = reader.read(cells, row);
          if (registration !== undefined && this.isFirst(registration, row))
            this.waiting.push({ ...registration, row });
        };
      },
    );
    await readPart(this.tools, this.record, 'register', rows, this.work, () => this.match());
    this.rows = rows.rows;
    await this.compare();
    const { errors, warnings, reviewed } = this.findings;
    const { preview, persons } = this;
    const households = preview.new + preview.changed + preview.same;
    return {
      rows: this.rows,
      households,
      persons,
      errors,
      warnings,
      preview,
      toReview: reviewed,
      repeats: this.repeats.counts,
    };
  }

  /** A number once in a year: again with the same flags is a warning, with others an error. */
  private isFirst({ number, registered, verified, registerYear }: RegisterRow, row: number): boolean {
    const isThirteenDigits = number.length === 13 && number.charCodeAt(0) < 0x3a;
    const key = isThirteenDigits
      ? Number(number) * 256 + (registerYear - firstRegisterYear)
      : `${number}/${registerYear}`;
    const said = (registered ? 1 : 0) + (verified ? 2 : 0);
    const before = this.seen.get(key);
    if (before === undefined) {
      this.seen.set(key, said);
      return true;
    }
    this.repeats.hearRepeated(1);
    this.register.say(row, 'citizen_id', before === said ? 'register-row-twice' : 'register-row-contradicts');
    return false;
  }

  private async match(): Promise<void> {
    const { waiting } = this;
    this.waiting = [];
    if (waiting.length > 0) {
      const matches = await this.tools.vault.findByNumbers(waiting.map(({ number }) => number));
      const found = waiting.flatMap((row, index) => this.registrationOf(row, matches[index]));
      this.tools.staging.putRegistrations(this.record, found);
      this.persons += found.length;
    }
    this.findings.flush();
  }

  private registrationOf(
    { row, registered, verified, registerYear }: RegisterRow & { readonly row: number },
    match: NumberMatch | undefined,
  ): StagedRegistration[] {
    if (match?.found === 'one') {
      const { householdId, personId } = match;
      return [{ householdId, year: registerYear, personId, registered, verified }];
    }
    const isAmbiguous = match?.found === 'several';
    if (isAmbiguous) this.preview.ambiguous += 1;
    const { reason, th, en } = isAmbiguous ? heldBySeveral : heldByNobody;
    this.findings.review({ part: 'register', row, reason, area: null, th, en });
    return [];
  }

  /** Compares household by household with what this source said before, and stages them in their order. */
  private async compare(): Promise<void> {
    const { staging } = this.tools;
    let after: StagedRegistration | undefined;
    let ord = 0;
    for (;;) {
      const page = staging.registrationsAfter(this.record, after, registrationsPerPage);
      const groups = groupsOf(page);
      if (page.length === registrationsPerPage && groups.length > 1) groups.pop();
      if (groups.length === 0) return;
      const staged = groups.map((group) => this.stage(group, ord++));
      staging.putStaged(this.record, staged);
      after = groups.at(-1)?.[0];
      this.work.report({ stage: 'comparing', done: ord, total: Math.max(ord, this.persons), unit: 'households' });
      await this.work.turn();
    }
  }

  private stage(group: readonly StagedRegistration[], ord: number): StagedHousehold {
    const { keys, staging } = this.tools;
    const [{ householdId, year }] = group as [StagedRegistration];
    const digest = keys.digest(registrationsText(group));
    const known = staging.factOf(this.record.source, year, householdId);
    const verdict: Verdict & keyof ImportFound['preview'] =
      known === undefined ? 'new' : known === digest ? 'same' : 'changed';
    this.preview[verdict] += 1;
    if (verdict === 'same') this.repeats.hearApplied(group.length);
    return { ord, key: `${householdId}/${year}`, digest, verdict, persons: group.length };
  }
}

/** Households of one step when a register is applied. */
export const registerBucketHouseholds = bucketHouseholds;

/** The household and year a staged key of a register stands for. */
export function registerKeyOf(key: string): { readonly householdId: string; readonly registerYear: number } {
  const [householdId = '', year] = key.split('/');
  return { householdId, registerYear: Number(year) };
}

function groupsOf(page: readonly StagedRegistration[]): StagedRegistration[][] {
  const groups: StagedRegistration[][] = [];
  let last: StagedRegistration | undefined;
  for (const registration of page) {
    if (last?.householdId === registration.householdId && last.year === registration.year)
      groups.at(-1)?.push(registration);
    else groups.push([registration]);
    last = registration;
  }
  return groups;
}

const registrationsText = (group: readonly StagedRegistration[]): string =>
  group.map(({ personId, registered, verified }) => `${personId} ${registered} ${verified}`).join('\n');

const heldByNobody = {
  reason: 'number-unknown',
  th: 'ไม่มีผู้ถือเลขนี้ในทะเบียนบุคคล อาจยังไม่ได้สำรวจครัวเรือน',
  en: 'Nobody with this number is recorded; his household may not have been surveyed.',
};
const heldBySeveral = {
  reason: 'number-held-by-two',
  th: 'มีผู้ถือเลขนี้มากกว่าหนึ่งคน ต้องตรวจสอบก่อนว่าเป็นใคร',
  en: 'More than one person is recorded with this number. Somebody has to look at both.',
};
