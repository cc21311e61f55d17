import Database from 'better-sqlite3';
import { contextNames, type ContextName } from '@faemban/contracts';
import { placeOf } from '../events/places';
import { isSqliteError, SqliteRefused } from '../failures';
import { standingOf, type HeadsLedger, type LedgerHead, type Standing } from './heads-ledger';

/** What an events file holds, by its own word; also of an older or newer format than this program's. */
export interface EventsDescription {
  readonly installation: string;
  readonly partitionCount: number;
  readonly events: number;
  readonly heads: Readonly<Partial<Record<ContextName, readonly LedgerHead[]>>>;
  /** When the last event was recorded; undefined where there is none. */
  readonly lastRecordedAt: string | undefined;
}

/** Says which events a file holds. @throws SqliteRefused where the file holds none */
export function describeEvents(file: string): EventsDescription {
  return withEvents(file, (db) => {
    const meta = new Map(db.prepare<[], [string, string]>('SELECT key, value FROM meta').raw().all());
    const rows = db
      .prepare<[], LedgerHead & { readonly context: string }>(
        `SELECT name AS context, partition, seq, chain_hash AS chainHash FROM heads JOIN contexts USING (topic) ORDER BY topic, partition`,
      )
      .all();
    const heads: Partial<Record<ContextName, LedgerHead[]>> = {};
    for (const { context: name, ...head } of rows) {
      const context = contextNames.find((known) => known === name);
      if (context !== undefined && head.seq > 0) (heads[context] ??= []).push(head);
    }
    const last = db.prepare<[], string | null>('SELECT max(recorded_at) FROM heads WHERE seq > 0').pluck().get();
    return {
      installation: meta.get('installationId') ?? '',
      partitionCount: Number(meta.get('partitionCount')),
      events: rows.reduce((sum, { seq }) => sum + seq, 0),
      heads,
      lastRecordedAt: last ?? undefined,
    };
  });
}

/** How an events file stands to what its installation had recorded. */
export function standingOfFile(file: string, ledger: HeadsLedger): Standing {
  const { installation, heads } = describeEvents(file);
  return withEvents(file, (db) => {
    const topics = new Map(db.prepare<[], [string, number]>('SELECT name, topic FROM contexts').raw().all());
    const chain = db
      .prepare<[number], string>(`SELECT json_extract(envelope, '$[15]') FROM events WHERE place = ?`)
      .pluck();
    return standingOf(ledger, {
      installation,
      headsOf: (context) => heads[context] ?? [],
      chainHashAt: (context, partition, seq) => chain.get(placeOf(topics.get(context) ?? 0, partition, seq)),
    });
  });
}

function withEvents<Result>(file: string, work: (db: Database.Database) => Result): Result {
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true, timeout: 5000 });
    return work(db);
  } catch (cause) {
    if (!isSqliteError(cause)) throw cause;
    throw new SqliteRefused(
      {
        th: `อ่านเหตุการณ์จาก ${file} ไม่ได้ (${cause.code}) โปรดตรวจด้วย faemban doctor หรือใช้ข้อมูลสำรอง`,
        en: `The events of ${file} cannot be read (${cause.code}). Look with: faemban doctor, or use a backup.`,
      },
      { cause },
    );
  } finally {
    db?.close();
  }
}
