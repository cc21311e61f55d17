import { basename } from 'node:path';
import type Database from 'better-sqlite3';
import type { ContextName } from '@faemban/contracts';
import {
  createIds,
  invariant,
  prepareEvents,
  type Append,
  type Appended,
  type AppendResult,
  type Clock,
  type EventLog,
  type EventStore,
  type Ids,
} from '@faemban/event-sourcing';
import { WrittenBytes } from '../checkpointer';
import { holdLock, type HeldLock } from '../data-folder-lock';
import { StorageFailed, withStorage } from '../failures';
import { openSqlite } from '../open-sqlite';
import { EventReader } from './event-reader';
import { prepareEventsFile, verifyHeads, type Installation } from './events-schema';
import { GroupCommit, type CommitLimits, type CommitStats } from './group-commit';
import { Recorder, type PreparedAppend } from './recorder';
import { Wakes } from './wakes';

const limitsDefault: CommitLimits = { eventsMax: 4000, workMs: 8 };
/** How often a reader in another thread or process looks whether something was committed, in milliseconds. */
const pollMsDefault = 50;

/** How an events file is opened. */
export interface SqliteEventsOptions {
  readonly file: string;
  readonly clock: Clock;
  /** Fixed when the file is made (32 unless given), refused later where it differs; what the file has where absent. */
  readonly partitionCount?: number;
  /** Opens the log alone, beside the process that writes; for worker threads. */
  readonly readonly?: boolean;
  readonly ids?: Ids;
  /** Bounds of one transaction: 4,000 events, 8 ms of work. */
  readonly limits?: Partial<CommitLimits>;
  /** The most the file may grow to, in pages of 4096 bytes; more is refused as if the disk were full. */
  readonly pagesMax?: number;
}

/** All contexts' events in one file, and their log. */
export interface SqliteEvents {
  /** One context's streams. @throws Error (invariant) where the file was opened for reading */
  store(context: ContextName): EventStore;
  readonly log: EventLog;
  readonly installationId: string;
  stats(): CommitStats;
  /** Wakes the readers of the log now; what another thread appended is otherwise noticed within 50 ms. */
  poke(): void;
  /** Answers everything that waits, then closes the file and gives up its lock. */
  close(): Promise<void>;
}

/**
 * Opens the events of the embedded profile: one SQLite file for all contexts, on the disk before an append is answered, all appends of
 * one turn of the event loop in one transaction.
 * @throws SqliteRefused where another process writes the file, or it was set up differently; IntegrityViolation where its end is damaged
 */
export async function openSqliteEvents(options: SqliteEventsOptions): Promise<SqliteEvents> {
  const lock = options.readonly === true ? undefined : lockEvents(options.file);
  let db: Database.Database | undefined;
  try {
    const { readonly = false, ids = createIds(options) } = options;
    db = openSqlite(options.file, 'events', { readonly });
    const { file, partitionCount } = options;
    const installation = prepareEventsFile(db, { file, partitionCount, newId: () => ids.next() });
    if (options.pagesMax !== undefined) db.pragma(`max_page_count = ${options.pagesMax}`);
    return readonly ? new ReadOnlyEvents(db, installation) : new WritableEvents(db, installation, ids, lock, options);
  } catch (error) {
    db?.close();
    lock?.release();
    throw error;
  }
}

function lockEvents(file: string): HeldLock {
  const name = basename(file);
  return holdLock(`${file}.lock`, {
    busy: {
      th: `โปรเซสอื่นกำลังเขียนไฟล์เหตุการณ์ ${name} อยู่ โปรดหยุดโปรเซสนั้นก่อน หรือเปิดไฟล์นี้เพื่ออ่านอย่างเดียว`,
      en: `Another process is writing the events file ${name}. Stop it first, or open the file for reading only.`,
    },
    notWritable: {
      th: `เขียนในโฟลเดอร์ของไฟล์เหตุการณ์ ${name} ไม่ได้ โปรดแก้ไขสิทธิ์หรือสร้างโฟลเดอร์ก่อน`,
      en: `The folder of the events file ${name} cannot be written. Create it or correct its permissions first.`,
    },
  });
}

function logOf(reader: EventReader, partitionCount: number, wakes: Wakes): EventLog {
  return {
    partitionCount,
    heads: async (context) => withStorage(() => reader.heads(context, partitionCount)),
    read: async (context, partition, afterSeq, limit) =>
      withStorage(() => reader.readLog(context, partition, afterSeq, limit)),
    places: async (context, partition, afterSeq, limit) =>
      withStorage(() => reader.places(context, partition, afterSeq, limit)),
    onAppended: (wake) => wakes.add(wake),
  };
}

class ReadOnlyEvents implements SqliteEvents {
  readonly installationId: string;
  readonly log: EventLog;
  private readonly reader: EventReader;
  private readonly wakes: Wakes;

  constructor(
    private readonly db: Database.Database,
    { installationId, partitionCount }: Installation,
  ) {
    this.installationId = installationId;
    const reader = new EventReader(db);
    this.reader = reader;
    this.wakes = new Wakes({ everyMs: pollMsDefault, version: () => reader.dataVersion() });
    this.log = logOf(reader, partitionCount, this.wakes);
  }

  store(): EventStore {
    invariant(false, 'events opened for reading only are not appended to');
  }

  stats(): CommitStats {
    return { commits: 0, accepted: 0, repeated: 0, refused: 0, failed: 0, events: 0, waiting: 0 };
  }

  poke(): void {
    this.wakes.wakeAll();
  }

  async close(): Promise<void> {
    this.wakes.clear();
    this.reader.close();
    this.db.close();
  }
}

class WritableEvents implements SqliteEvents {
  readonly installationId: string;
  readonly log: EventLog;
  private readonly reader: EventReader;
  private readonly wakes = new Wakes();
  private readonly commits: GroupCommit;
  private readonly written: WrittenBytes;
  private isClosed = false;

  constructor(
    private readonly db: Database.Database,
    { installationId, partitionCount }: Installation,
    ids: Ids,
    private readonly lock: HeldLock | undefined,
    { file, clock, limits }: SqliteEventsOptions,
  ) {
    this.installationId = installationId;
    const reader = new EventReader(db);
    this.reader = reader;
    verifyHeads(db, (topic) => reader.contextOf(topic));
    const recorder = new Recorder(db, reader, partitionCount, ids);
    this.written = new WrittenBytes(file);
    this.commits = new GroupCommit(db, recorder, clock, { ...limitsDefault, ...limits }, (bytes) => {
      this.written.add(bytes);
      this.wakes.wakeAll();
    });
    this.log = logOf(reader, partitionCount, this.wakes);
  }

  store(context: ContextName): EventStore {
    const topic = withStorage(() => this.topicFor(context));
    return {
      append: async (append) => {
        const prepared = this.prepare(context, topic, append);
        return new Promise<Appended>((resolve, reject) => {
          this.commits.add(prepared, (result) => (result.ok ? resolve(result.appended) : reject(result.error)));
        });
      },
      appendMany: (appends) => this.appendMany(context, topic, appends),
      outcomeOf: async (commandId) => withStorage(() => this.reader.outcomeOf(topic, commandId)),
      read: (stream, range) => this.reader.read(context, stream, range),
      load: async (stream) => withStorage(() => this.reader.load(context, stream)),
    };
  }

  stats(): CommitStats {
    return this.commits.stats();
  }

  poke(): void {
    this.wakes.wakeAll();
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.commits.drained();
    await this.written.close();
    this.wakes.clear();
    this.reader.close();
    this.db.close();
    this.lock?.release();
  }

  private async appendMany(
    context: ContextName,
    topic: number,
    appends: readonly Append[],
  ): Promise<readonly AppendResult[]> {
    const results = new Array<AppendResult>(appends.length);
    let missing = appends.length;
    if (missing === 0) return results;
    await new Promise<void>((resolve) => {
      const settle = (index: number, result: AppendResult): void => {
        results[index] = result;
        missing -= 1;
        if (missing === 0) resolve();
      };
      for (const [index, append] of appends.entries()) {
        try {
          this.commits.add(this.prepare(context, topic, append), (result) => settle(index, result));
        } catch (error) {
          settle(index, { ok: false, error: error instanceof Error ? error : new Error(String(error)) });
        }
      }
    });
    return results;
  }

  private prepare(context: ContextName, topic: number, append: Append): PreparedAppend {
    if (this.isClosed) throw new StorageFailed('CLOSED', closedSentence);
    const isNamed = append.stream !== '' && append.context.commandId !== '' && append.commandDigest !== '';
    invariant(isNamed, 'an append names its stream, its command and the digest of the command');
    return { context, topic, append, prepared: prepareEvents(append) };
  }

  private topicFor(context: ContextName): number {
    const insert = this.db.prepare('INSERT INTO contexts (name) VALUES (?) ON CONFLICT DO NOTHING');
    if (this.reader.topicOf(context) === undefined) insert.run(context);
    const topic = this.reader.topicOf(context);
    invariant(topic !== undefined, 'a context has its number once it was asked for');
    return topic;
  }
}

const closedSentence = {
  th: 'ระบบกำลังปิด จึงไม่ได้บันทึกสิ่งใด โปรดส่งคำสั่งเดิมอีกครั้งเมื่อระบบกลับมา',
  en: 'The system is closing, so nothing was recorded. Send the same command again when it is back.',
};
