import type Database from 'better-sqlite3';
import type { GenerationRow, ParkedEvent, ParkedPage } from '@faemban/event-sourcing';

/** What a view or a policy has parked: events that wait behind a failed one of their household, in order. */
export class ParkedTable {
  private readonly statements: ReturnType<typeof prepareStatements>;
  private readonly keyColumn = `context || ' ' || id || ' ' || printf('%04d %012d', partition, seq)`;

  constructor(
    db: Database.Database,
    private readonly table: 'view_parked' | 'policy_parked',
    private readonly ownerNo: number,
  ) {
    this.statements = prepareStatements(db, table);
  }

  /** Inside the transaction that moves the checkpoint past these events. */
  add(events: readonly ParkedEvent[]): void {
    for (const { id, context, partition, seq, view, eventId, cause, message, parkedAt } of events) {
      this.statements.add.run(this.ownerNo, id, context, partition, seq, view, eventId, cause, message, parkedAt);
    }
  }

  /** Those of the ids that have something parked, of any context where none is named. */
  idsAmong(ids: readonly string[], contexts: readonly string[]): ReadonlySet<string> {
    const found = new Set<string>();
    if (this.statements.any.get(this.ownerNo) === undefined) return found;
    for (const id of ids) {
      if (contexts.some((context) => this.statements.has.get(this.ownerNo, context, id) !== undefined)) found.add(id);
    }
    return found;
  }

  /** What is parked behind a key, by code point. Why and when it was parked is left out: that depends on who folded it. */
  rowsBehind(db: Database.Database, afterKey: string, limit: number): readonly GenerationRow[] {
    const rows = db
      .prepare<[number, string, number], { key: string; partition: number; eventId: string }>(
        `SELECT ${this.keyColumn} AS key, partition, event_id AS eventId FROM ${this.table}
         WHERE owner_no = ? AND ${this.keyColumn} > ? ORDER BY ${this.keyColumn} LIMIT ?`,
      )
      .all(this.ownerNo, afterKey, limit);
    return rows.map(({ key, partition, eventId }) => ({ key, partition, content: eventId }));
  }

  /** Inside a transaction. */
  clear(): void {
    this.statements.clear.run(this.ownerNo);
  }

  /** How much is parked, since when, and the first of it. */
  page(limit: number): ParkedPage {
    const totals = this.statements.totals.get(this.ownerNo);
    const events = limit > 0 ? this.statements.page.all(this.ownerNo, limit) : [];
    return { total: totals?.total ?? 0, oldestAt: totals?.oldestAt ?? null, events };
  }
}

function prepareStatements(db: Database.Database, table: string) {
  return {
    add: db.prepare(
      `INSERT INTO ${table} (owner_no, id, context, partition, seq, view, event_id, cause, message, parked_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    clear: db.prepare<[number]>(`DELETE FROM ${table} WHERE owner_no = ?`),
    any: db.prepare<[number], 1>(`SELECT 1 FROM ${table} WHERE owner_no = ? LIMIT 1`),
    has: db.prepare<[number, string, string], 1>(
      `SELECT 1 FROM ${table} WHERE owner_no = ? AND context = ? AND id = ? LIMIT 1`,
    ),
    totals: db.prepare<[number], { readonly total: number; readonly oldestAt: string | null }>(
      `SELECT count(*) AS total, min(parked_at) AS oldestAt FROM ${table} WHERE owner_no = ?`,
    ),
    page: db.prepare<[number, number], ParkedEvent>(
      `SELECT view, context, partition, seq, id, event_id AS eventId, cause, message, parked_at AS parkedAt
       FROM ${table} WHERE owner_no = ? ORDER BY parked_at, context, partition, seq LIMIT ?`,
    ),
  };
}
