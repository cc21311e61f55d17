import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import type { ContextName } from '@faemban/contracts';
import type { PartitionVerifier } from '@faemban/event-sourcing';
import { standingOfFile } from '../backup/describe-events';
import { eventsName, flush, keysName } from '../backup/folder-files';
import { readLedger, whyNot } from '../backup/heads-ledger';
import { asCopyFailure } from '../backup/room';
import { beginIn, putInPlace, removedOnFailure, requireOnlyKeys } from '../backup/unfinished';
import { lockDataFolder } from '../data-folder-lock';
import { createEventsTables } from '../events/events-schema';
import { placeOf } from '../events/places';
import { isSqliteError, SqliteRefused } from '../failures';
import { verifyEventsFile } from '../integrity/verify-events-file';
import type { Transferred, TransferProgress } from './export-log';
import type { CommandLine, EventLine, LogHeader } from './log-lines';
import { LogFileBroken, readLogFile, type LogVisitor } from './read-log';

const rowsPerTransaction = 5_000;

/** What to import, whereto. */
export interface ImportOrder {
  readonly from: string;
  /** A new data folder, or one that has keys of the same installation and nothing else. */
  readonly to: string;
  /** As in a restore. */
  readonly eraseAgain: (files: { readonly eventsFile: string; readonly keysFolder: string }) => Promise<number>;
  readonly onProgress?: TransferProgress;
}

/**
 * Makes a data folder out of an exported log, with the same ids, places, hashes and accepted commands. Every event is verified on the
 * way, and the whole file once more when it is written; it is put in its place only then. Read models are made at the first start.
 * @throws SqliteRefused where the folder has data or keys of others, or the log was altered, cut off, or is of a newer program
 */
export async function importLog({
  from,
  to,
  eraseAgain,
  onProgress = () => undefined,
}: ImportOrder): Promise<Transferred & { readonly erasuresApplied: number }> {
  const folder = resolve(to);
  const lock = lockDataFolder(folder);
  try {
    requireOnlyKeys(folder);
    const beside = beginIn(folder);
    const done = await removedOnFailure(beside, () =>
      prepare(from, beside, join(folder, keysName), eraseAgain, onProgress),
    );
    putInPlace(beside, folder);
    return done;
  } finally {
    lock.release();
  }
}

async function prepare(
  from: string,
  beside: string,
  keysFolder: string,
  eraseAgain: ImportOrder['eraseAgain'],
  onProgress: TransferProgress,
): Promise<Transferred & { readonly erasuresApplied: number }> {
  const eventsFile = join(beside, eventsName);
  const transferred = await write(from, eventsFile, onProgress);
  const [finding] = verifyEventsFile({ file: eventsFile }).findings;
  if (finding !== undefined) throw new LogFileBroken(finding.sentence.en, transferred.events, finding);
  const ledger = readLedger(keysFolder);
  const standing = ledger === undefined ? undefined : standingOfFile(eventsFile, ledger);
  if (ledger !== undefined && standing !== undefined && standing.is !== 'kept')
    throw new SqliteRefused(whyNot(standing, ledger));
  mkdirSync(keysFolder, { recursive: true, mode: 0o700 });
  return { ...transferred, erasuresApplied: await eraseAgain({ eventsFile, keysFolder }) };
}

async function write(from: string, eventsFile: string, onProgress: TransferProgress): Promise<Transferred> {
  const writer = new LogWriter(eventsFile);
  try {
    const transferred = await readLogFile(from, writer, onProgress);
    writer.close();
    flush(eventsFile);
    return transferred;
  } catch (error) {
    writer.close();
    if (isSqliteError(error) && error.code.startsWith('SQLITE_CONSTRAINT'))
      throw new LogFileBroken('the same place, stream or command stands twice', 0);
    throw asCopyFailure(error, eventsName, eventsFile);
  }
}

/** Writes an events file row by row, in transactions of a few thousand. */
class LogWriter implements LogVisitor {
  private readonly db: Database.Database;
  private statements: ReturnType<typeof prepareStatements> | undefined;
  private readonly topics = new Map<ContextName, number>();
  private nextStreamNo = 1;
  private written = 0;

  constructor(file: string) {
    this.db = new Database(file);
  }

  begin({ installation, partitionCount }: LogHeader): void {
    createEventsTables(this.db, { installationId: installation, partitionCount });
    // Nobody relies on this file before it is whole, and then it is flushed.
    this.db.pragma('synchronous = OFF');
    this.statements = prepareStatements(this.db);
    this.db.exec('BEGIN');
  }

  event([, context, partition, seq, streamVersion, envelope, body]: EventLine): void {
    const topic = this.topicOf(context);
    const stream = (JSON.parse(envelope) as readonly unknown[])[3] as string;
    const known = this.statements?.streamNo.get(topic, stream);
    const streamNo = known ?? this.nextStreamNo++;
    if (known === undefined) this.statements?.stream.run(topic, stream, streamNo, partition);
    this.statements?.event.run(placeOf(topic, partition, seq), streamNo, streamVersion, envelope, body);
    this.step();
  }

  command([, context, commandId, digest, stream, first, last, lastSeq]: CommandLine): void {
    const topic = this.topicOf(context);
    const streamNo = this.statements?.streamNo.get(topic, stream);
    if (streamNo === undefined)
      throw new LogFileBroken(`the command ${commandId} names an unknown stream`, this.written);
    this.statements?.command.run(topic, commandId, digest, streamNo, first, last, lastSeq);
    this.step();
  }

  head({ context, partition, events, chainHash }: PartitionVerifier, recordedAt: string): void {
    this.statements?.head.run(this.topicOf(context), partition, events, chainHash, recordedAt);
  }

  end(): void {
    this.db.exec('COMMIT');
  }

  close(): void {
    if (!this.db.open) return;
    if (this.db.inTransaction) this.db.exec('ROLLBACK');
    this.db.close();
  }

  private step(): void {
    this.written += 1;
    if (this.written % rowsPerTransaction === 0) this.db.exec('COMMIT; BEGIN');
  }

  private topicOf(context: ContextName): number {
    const topic = this.topics.get(context) ?? this.topics.size + 1;
    if (!this.topics.has(context)) this.statements?.context.run(topic, context);
    this.topics.set(context, topic);
    return topic;
  }
}

function prepareStatements(db: Database.Database) {
  return {
    context: db.prepare('INSERT INTO contexts (topic, name) VALUES (?, ?)'),
    stream: db.prepare('INSERT INTO streams (topic, stream, stream_no, partition) VALUES (?, ?, ?, ?)'),
    streamNo: db
      .prepare<[number, string], number>('SELECT stream_no FROM streams WHERE topic = ? AND stream = ?')
      .pluck(),
    event: db.prepare('INSERT INTO events (place, stream_no, version, envelope, body) VALUES (?, ?, ?, ?, ?)'),
    command: db.prepare(
      'INSERT INTO commands (topic, command_id, digest, stream_no, first_version, last_version, last_seq) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    head: db.prepare('INSERT INTO heads (topic, partition, seq, chain_hash, recorded_at) VALUES (?, ?, ?, ?, ?)'),
  };
}
