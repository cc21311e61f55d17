import type { NumberMatch } from '@faemban/contracts';
import type { ImportFound, ImportRecord, Verdict } from '../imports/import-record';
import { FragileRows, type FragileRow } from '../sources/fragile-list';
import { partForms } from '../sources/part-forms';
import { PartRows } from '../sources/part-rows';
import { RowReport } from '../sources/row-problem';
import { ShardedMap } from '../staging/sharded-map';
import type { FragilityStaging, StagedFragility } from '../staging/fragility-staging.store';
import type { StagedHousehold } from '../staging/staging.store';
import { Findings } from './findings.job';
import { headerOf } from './part-header.job';
import { readPart } from './read-part.job';
import { Repeats } from './repeats.job';
import type { Tools, Work } from './tools';

/** Households read back at once while they are compared. */
const householdsPerPage = 4096;

type Waiting = FragileRow & { readonly row: number };

/**
 * Validates a list of fragile households: every row is checked, and its household looked up by the survey's reference, by the number of
 * somebody who lives there, or both. A row whose household nobody knows, that names two, or that says something else than an earlier row of
 * the same household goes to review: nothing is picked, and nothing dropped.
 */
export class FragileMatching {
  private readonly findings: Findings;
  private readonly list: RowReport;
  private readonly seen = new ShardedMap<string, number>();
  private readonly fragilities: FragilityStaging;
  private readonly sources: readonly string[];
  private readonly repeats = new Repeats();
  private waiting: Waiting[] = [];
  private readonly preview = { new: 0, changed: 0, same: 0, conflict: 0, ambiguous: 0 };

  constructor(
    private readonly tools: Tools,
    private readonly record: ImportRecord,
    private readonly work: Work,
  ) {
    this.findings = new Findings(tools.findings, tools.waiting, record);
    this.list = new RowReport('list', this.findings.hear);
    this.fragilities = tools.staging.fragilities;
    this.sources = tools.imports.surveySources();
  }

  async run(): Promise<ImportFound> {
    this.tools.staging.clear(this.record);
    const rows = new PartRows(partForms.list, headerOf(this.tools, this.record, 'list'), this.list, (places) => {
      const reader = new FragileRows(places, this.list);
      return (cells, row) => {
        const fragile = reader.read(cells, row);
        if (fragile !== undefined && this.isFirst(fragile, row)) this.waiting.push({ ...fragile, row });
      };
    });
    await readPart(this.tools, this.record, 'list', rows, this.work, () => this.match());
    const households = await this.compare();
    const { errors, warnings, reviewed } = this.findings;
    return {
      ...{ rows: rows.rows, households, persons: 0, errors, warnings },
      ...{ preview: this.preview, toReview: reviewed, repeats: this.repeats.counts },
    };
  }

  /** A row that names its household as an earlier one did: saying the same is a warning, saying otherwise an error. */
  private isFirst({ ref, number, fragile, tpmap }: FragileRow, row: number): boolean {
    const key = Buffer.from(`${ref}/${number}`, 'latin1').toString('latin1');
    const said = flagsOf({ fragile, tpmap });
    const before = this.seen.get(key);
    if (before === undefined) {
      this.seen.set(key, said);
      return true;
    }
    if (before === said) this.repeats.hearRepeated(1);
    this.list.say(row, null, before === said ? 'fragile-row-twice' : 'fragile-row-contradicts');
    return false;
  }

  private async match(): Promise<void> {
    const { waiting } = this;
    this.waiting = [];
    if (waiting.length > 0) {
      const numbered = waiting.filter(({ number }) => number !== '');
      const matches = await this.tools.vault.findByNumbers(numbered.map(({ number }) => number));
      const matchOf = new Map(numbered.map((row, index) => [row, matches[index]]));
      for (const row of waiting) this.take(row, matchOf.get(row));
    }
    this.findings.flush();
  }

  private take(row: Waiting, match: NumberMatch | undefined): void {
    const named = this.householdsNamed(row, match);
    const [householdId, other] = named.households;
    if (householdId === undefined || other !== undefined || named.isUnsure) {
      this.review(row.row, other !== undefined ? namesTwo : named.isUnsure ? heldBySeveral : namesNobody);
      return;
    }
    const known = this.fragilities.put(this.record, { householdId, flags: flagsOf(row), row: row.row });
    if (known !== undefined && known !== flagsOf(row)) this.review(row.row, contradicts);
  }

  /** Every household that a row names, by any survey's reference and by number. */
  private householdsNamed(
    { ref }: Waiting,
    match: NumberMatch | undefined,
  ): { readonly households: readonly string[]; readonly isUnsure: boolean } {
    const { keys, staging } = this.tools;
    const households = new Set<string>();
    if (ref !== '') {
      for (const source of this.sources) {
        const known = staging.findHousehold(source, keys.householdKey(source, ref));
        if (known !== undefined) households.add(known.householdId);
      }
    }
    if (match?.found === 'one') households.add(match.householdId);
    return { households: [...households], isUnsure: match?.found === 'several' };
  }

  private review(row: number, { reason, th, en }: typeof namesTwo): void {
    if (reason !== namesNobody.reason) this.preview.ambiguous += 1;
    this.findings.review({ part: 'list', row, reason, area: null, th, en });
  }

  /** Compares household by household with what this source said before, and stages them. Those that rows contradict on are left to review. */
  private async compare(): Promise<number> {
    let after = '';
    let ord = 0;
    for (;;) {
      const page = this.fragilities.after(this.record, after, householdsPerPage);
      if (page.length === 0) return ord;
      for (const { isContradicted, row } of page) if (isContradicted) this.review(row, contradicts);
      this.findings.flush();
      const sure = page.filter(({ isContradicted }) => !isContradicted);
      const staged = sure.map((one) => this.stage(one, ord++));
      this.tools.staging.putStaged(this.record, staged);
      after = page.at(-1)?.householdId ?? '';
      this.work.report({ stage: 'comparing', done: ord, total: this.seen.size, unit: 'households' });
      await this.work.turn();
    }
  }

  private stage({ householdId, flags }: StagedFragility, ord: number): StagedHousehold {
    const { keys, staging } = this.tools;
    const { source, round } = this.record;
    const digest = keys.digest(`fragility ${flags}`);
    const known = staging.factOf(source, round, fragilityFactKey(householdId));
    const verdict: Verdict & keyof ImportFound['preview'] =
      known === undefined ? 'new' : known === digest ? 'same' : 'changed';
    this.preview[verdict] += 1;
    if (verdict === 'same') this.repeats.hearApplied(1);
    return { ord, key: `${householdId}/${round}`, digest, verdict, persons: 0 };
  }
}

/** Under this key it is remembered what a source's list said of a household; a register of the same source keeps its own. */
export const fragilityFactKey = (householdId: string): string => `fragility/${householdId}`;

const flagsOf = ({ fragile, tpmap }: Pick<FragileRow, 'fragile' | 'tpmap'>): number =>
  (fragile ? 1 : 0) + (tpmap ? 2 : 0);

const namesNobody = {
  reason: 'household-unknown',
  th: 'ไม่พบครัวเรือนตามรหัสอ้างอิงหรือเลขประจำตัวในแถวนี้ อาจยังไม่ได้สำรวจครัวเรือน',
  en: 'No household is known by the reference or number of this row; it may not have been surveyed.',
};
const namesTwo = {
  reason: 'row-names-two-households',
  th: 'รหัสอ้างอิงและเลขประจำตัวในแถวนี้เป็นของคนละครัวเรือน ต้องตรวจสอบก่อนว่าหมายถึงครัวเรือนใด',
  en: 'The reference and the number of this row belong to different households. Somebody has to see which is meant.',
};
const heldBySeveral = {
  reason: 'number-held-by-two',
  th: 'มีผู้ถือเลขนี้มากกว่าหนึ่งคน ต้องตรวจสอบก่อนว่าเป็นใคร',
  en: 'More than one person is recorded with this number. Somebody has to look at both.',
};
const contradicts = {
  reason: 'rows-contradict',
  th: 'อีกแถวหนึ่งของแฟ้มหมายถึงครัวเรือนเดียวกันแต่บอกต่างกัน ต้องตรวจสอบก่อนว่าแถวใดถูก',
  en: 'Another row of the file names the same household and says something else. Somebody has to see which is right.',
};
