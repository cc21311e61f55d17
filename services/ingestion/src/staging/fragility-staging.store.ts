import type { ImportRecord } from '../imports/import-record';
import type { Database } from './schema.store';

type Of = Pick<ImportRecord, 'no'>;

/** What a list says of a household. `flags`: 1 fragile, 2 target of TPMAP. `row` is the first that says so. */
export interface StagedFragility {
  readonly householdId: string;
  readonly flags: number;
  readonly row: number;
  /** Whether another row of the list says something else of it. */
  readonly isContradicted: boolean;
}

type Row = readonly [household: string, flags: number, row: number, contradicted: number];

/** What is staged of a list of fragile households, household by household. */
export class FragilityStaging {
  private readonly find;
  private readonly page;
  private readonly insert;
  private readonly contradict;

  constructor(db: Database) {
    const columns = 'household, flags, row, contradicted';
    this.find = db
      .prepare<[number, string], Row>(`SELECT ${columns} FROM fragilities WHERE import = ? AND household = ?`)
      .raw();
    const page = `SELECT ${columns} FROM fragilities WHERE import = ? AND household > ? ORDER BY household LIMIT ?`;
    this.page = db.prepare<[number, string, number], Row>(page).raw();
    this.insert = db.prepare(
      'INSERT INTO fragilities (import, household, flags, row, contradicted) VALUES (?, ?, ?, ?, 0)',
    );
    this.contradict = db.prepare('UPDATE fragilities SET contradicted = 1 WHERE import = ? AND household = ?');
  }

  /** Keeps what the first row says of a household. Answers the flags kept before this row, and notes when this row has others. */
  put({ no }: Of, { householdId, flags, row }: Omit<StagedFragility, 'isContradicted'>): number | undefined {
    const known = this.find.get(no, householdId);
    if (known === undefined) this.insert.run(no, householdId, flags, row);
    else if (known[1] !== flags) this.contradict.run(no, householdId);
    return known?.[1];
  }

  /** Households in the order of their ids, after one. */
  after({ no }: Of, householdId: string, limit: number): StagedFragility[] {
    return this.page.all(no, householdId, limit).map(fragilityOf);
  }

  get({ no }: Of, householdId: string): StagedFragility | undefined {
    const row = this.find.get(no, householdId);
    return row && fragilityOf(row);
  }
}

const fragilityOf = ([householdId, flags, row, contradicted]: Row): StagedFragility => ({
  ...{ householdId, flags, row, isContradicted: contradicted === 1 },
});
