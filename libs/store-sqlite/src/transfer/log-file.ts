import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  renameSync,
  rmSync,
  openSync,
  fsyncSync,
} from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import Database from 'better-sqlite3';
import type { ContextName } from '@faemban/contracts';
import { findingOf, PartitionVerifier, type Finding } from '@faemban/event-sourcing';
import { describeEvents } from '../backup/backup';
import { readStored } from '../events/event-rows';
import { createEventsTables } from '../events/events-schema';
import { partitionOf, placeOf, seqOf, topicOf } from '../events/places';
import { SqliteRefused } from '../failures';
import { openSqlite } from '../open-sqlite';

/*
 * The file is gzip over lines of JSON:
 * - a header {"format":"faemban-log","version":1,"installation":…,"partitionCount":…,"exportedAt":…}
 * - per event, context by context, partition by partition, in order: ["e", context, partition, seq, version, envelope, body], where the
 *   last two are the stored texts, so that no byte changes on the way
 * - per accepted command, behind the events: ["c", context, commandId, digest, stream, firstVersion, lastVersion, lastSeq]
 * - a trailer {"end":true,"events":…,"commands":…,"sha256":…}: the hash over all lines before it, each with its line feed
 */
const format = 'faemban-log';
const version = 1;
const rowsPerTransaction = 5_000;

interface Header {
  readonly format: typeof format;
  readonly version: number;
  readonly installation: string;
  readonly partitionCount: number;
  readonly exportedAt: string;
}
interface Trailer {
  readonly end: true;
  readonly events: number;
  readonly commands: number;
  readonly sha256: string;
}
type EventLine = readonly [
  'e',
  ContextName,
  partition: number,
  seq: number,
  version: number,
  envelope: string,
  body: string,
];
type CommandLine = readonly [
  'c',
  ContextName,
  commandId: string,
  digest: string,
  stream: string,
  first: number,
  last: number,
  lastSeq: number,
];

/** What went into a file, or came out of it. */
export interface Transferred {
  readonly installation: string;
  readonly events: number;
  readonly commands: number;
}

/** How far a transfer is, in events. */
export type TransferProgress = (events: number, total: number) => void;

/**
 * Writes every event and every accepted command into one file, at one moment, also of a running system; in bounded memory.
 * @throws SqliteRefused where the file exists already, or these are no events
 */
export async function exportLog({
  eventsFile,
  to,
  exportedAt,
  onProgress = () => undefined,
}: {
  readonly eventsFile: string;
  readonly to: string;
  readonly exportedAt: string;
  readonly onProgress?: TransferProgress;
}): Promise<Transferred> {
  if (existsSync(to)) throw existsAlready(to);
  const { installation, partitionCount, events: total } = describeEvents(eventsFile);
  const db = openSqlite(eventsFile, 'events', { readonly: true });
  const beside = `${to}.part`;
  try {
    db.exec('BEGIN');
    const zip = createGzip({ level: 4 });
    const file = createWriteStream(beside, { mode: 0o600, flush: true });
    zip.pipe(file);
    const hash = createHash('sha256');
    const write = async (line: object): Promise<void> => {
      const text = `${JSON.stringify(line)}\n`;
      hash.update(text);
      if (!zip.write(text)) await new Promise((resolve) => zip.once('drain', resolve));
    };
    const header: Header = { format, version, installation, partitionCount, exportedAt };
    await write(header);
    const contexts = new Map(db.prepare<[], [number, ContextName]>('SELECT topic, name FROM contexts').raw().all());
    let [events, commands] = [0, 0];
    const rows = db.prepare<[number], [number, number, string, string]>(
      `SELECT place, version, envelope, body FROM events WHERE place > ? ORDER BY place LIMIT ${rowsPerTransaction}`,
    );
    for (let after = -1; ;) {
      const page = rows.raw().all(after) as unknown as [number, number, string, string][];
      for (const [place, streamVersion, envelope, body] of page) {
        const context = contexts.get(topicOf(place)) as ContextName;
        const line: EventLine = ['e', context, partitionOf(place), seqOf(place), streamVersion, envelope, body];
        await write(line);
      }
      events += page.length;
      onProgress(events, total);
      after = page.at(-1)?.[0] ?? after;
      if (page.length < rowsPerTransaction) break;
    }
    const stream = db
      .prepare<[number], string>(
        `SELECT json_extract(envelope, '$[3]') FROM events WHERE stream_no = ? AND version = 1`,
      )
      .pluck();
    const list = db
      .prepare<[number, string], [number, string, string, number, number, number, number]>(
        `SELECT topic, command_id, digest, stream_no, first_version, last_version, last_seq FROM commands
         WHERE (topic, command_id) > (?, ?) ORDER BY topic, command_id LIMIT ${rowsPerTransaction}`,
      )
      .raw();
    for (let after: [number, string] = [-1, '']; ;) {
      const page = list.all(...after);
      for (const [topic, commandId, digest, streamNo, first, last, lastSeq] of page) {
        const context = contexts.get(topic) as ContextName;
        const line: CommandLine = ['c', context, commandId, digest, stream.get(streamNo) ?? '', first, last, lastSeq];
        await write(line);
        after = [topic, commandId];
      }
      commands += page.length;
      if (page.length < rowsPerTransaction) break;
    }
    const trailer: Trailer = { end: true, events, commands, sha256: hash.digest('hex') };
    zip.end(`${JSON.stringify(trailer)}\n`);
    await finished(file);
    renameSync(beside, to);
    return { installation, events, commands };
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    db.close();
  }
}

/**
 * Makes an events file out of an exported one, with the same ids, places, hashes and accepted commands. Every event is verified on the way;
 * the file is put in its place only when everything was read to the end.
 * @throws SqliteRefused where the events file exists, or the exported one was altered, cut off, or is of a newer program
 */
export async function importLog({
  from,
  eventsFile,
  onProgress = () => undefined,
}: {
  readonly from: string;
  readonly eventsFile: string;
  readonly onProgress?: TransferProgress;
}): Promise<Transferred> {
  if (existsSync(eventsFile)) throw existsAlready(eventsFile);
  const beside = `${eventsFile}.part`;
  for (const end of ['', '-wal', '-shm']) rmSync(`${beside}${end}`, { force: true });
  const writer = new LogWriter(beside);
  try {
    const transferred = await readLogFile(from, writer, onProgress);
    writer.close();
    flushFile(beside);
    renameSync(beside, eventsFile);
    return transferred;
  } catch (error) {
    writer.close();
    for (const end of ['', '-wal', '-shm']) rmSync(`${beside}${end}`, { force: true });
    throw error;
  }
}

/** Reads an exported file to its end and verifies it, writing nothing. */
export async function verifyLogFile(
  from: string,
  onProgress: TransferProgress = () => undefined,
): Promise<Transferred & { readonly finding?: Finding }> {
  try {
    return await readLogFile(from, undefined, onProgress);
  } catch (error) {
    if (!(error instanceof LogFileBroken) || error.finding === undefined) throw error;
    return { installation: '', events: error.events, commands: 0, finding: error.finding };
  }
}

/** An exported file that is not what it was when it was written; the finding names the first event that is wrong, where there is one. */
export class LogFileBroken extends SqliteRefused {
  constructor(
    where: string,
    readonly events: number,
    readonly finding?: Finding,
  ) {
    super({
      th: `ไฟล์ส่งออกไม่สมบูรณ์หรือถูกแก้ไข (${where}) จึงไม่นำเข้าสิ่งใด โปรดส่งออกใหม่จากต้นทาง`,
      en: `The exported file is incomplete or was altered (${where}), so nothing was imported. Export it again.`,
    });
  }
}

interface LogVisitor {
  begin(header: Header): void;
  event(line: EventLine): void;
  command(line: CommandLine): void;
  /** Ends the partition that was read. */
  head(verifier: PartitionVerifier, recordedAt: string): void;
  end(): void;
}

async function readLogFile(
  from: string,
  visitor: LogVisitor | undefined,
  onProgress: TransferProgress,
): Promise<Transferred> {
  const unzip = createReadStream(from).pipe(createGunzip());
  let failure: unknown;
  unzip.once('error', (error) => (failure = error));
  const hash = createHash('sha256');
  const reading = new LogReading(visitor, onProgress);
  try {
    for await (const line of createInterface({ input: unzip, crlfDelay: Number.POSITIVE_INFINITY }))
      reading.take(line, hash);
  } catch (error) {
    if (error instanceof SqliteRefused) throw error;
    failure ??= error;
  }
  if (failure !== undefined) throw new LogFileBroken(String((failure as Error).message), reading.events);
  return reading.result();
}

class LogReading {
  events = 0;
  private commands = 0;
  private header: Header | undefined;
  private verifier: PartitionVerifier | undefined;
  private recordedAt = '';
  private isEnded = false;
  private readonly seen = new Set<string>();

  constructor(
    private readonly visitor: LogVisitor | undefined,
    private readonly onProgress: TransferProgress,
  ) {}

  take(line: string, hash: Hash): void {
    if (this.isEnded) throw new LogFileBroken('something follows its end', this.events);
    const parsed = this.parse(line);
    if (this.header === undefined) this.takeHeader(parsed as Header);
    else if (!Array.isArray(parsed)) this.takeTrailer(parsed as Trailer, hash);
    else if (parsed[0] === 'e') this.takeEvent(parsed as unknown as EventLine);
    else this.takeCommand(parsed as unknown as CommandLine);
    hash.update(`${line}\n`);
  }

  result(): Transferred {
    if (!this.isEnded || this.header === undefined) throw new LogFileBroken('it ends before its end', this.events);
    this.visitor?.end();
    return { installation: this.header.installation, events: this.events, commands: this.commands };
  }

  private parse(line: string): unknown {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      throw new LogFileBroken(`line ${this.events + this.commands + 2} is no JSON`, this.events);
    }
  }

  private takeHeader(header: Header): void {
    if (header.format !== format || header.version !== version)
      throw new LogFileBroken('it is of another kind or program', 0);
    this.header = header;
    this.visitor?.begin(header);
  }

  private takeEvent(line: EventLine): void {
    const [, context, partition, seq, streamVersion, envelope, body] = line;
    if (this.verifier?.context !== context || this.verifier.partition !== partition) {
      this.endPartition();
      const key = `${context}/${partition}`;
      if (this.seen.has(key)) throw this.broken(findingOf('reordered', { context, partition, seq }));
      this.seen.add(key);
      this.verifier = new PartitionVerifier(context, partition, []);
    }
    const event = readStored([placeOf(1, partition, seq), streamVersion, envelope, body], context);
    if (event === undefined) throw this.broken(findingOf('unreadable', { context, partition, seq }));
    if (!this.verifier.take(event)) throw this.broken(this.verifier.finding);
    this.recordedAt = event.recordedAt;
    this.visitor?.event(line);
    this.events += 1;
    if (this.events % rowsPerTransaction === 0) this.onProgress(this.events, 0);
  }

  private takeCommand(line: CommandLine): void {
    this.endPartition();
    this.visitor?.command(line);
    this.commands += 1;
  }

  private takeTrailer({ end, events, commands, sha256 }: Trailer, hash: Hash): void {
    this.endPartition();
    const isWhole = end && events === this.events && commands === this.commands && sha256 === hash.copy().digest('hex');
    if (!isWhole) throw new LogFileBroken('its lines are not those it was written with', this.events);
    this.isEnded = true;
  }

  private endPartition(): void {
    if (this.verifier !== undefined) this.visitor?.head(this.verifier, this.recordedAt);
    this.verifier = undefined;
  }

  private broken(finding: Finding | undefined): LogFileBroken {
    const where =
      finding === undefined ? '' : `${finding.context}/${finding.partition}@${finding.seq}: ${finding.sentence.en}`;
    return new LogFileBroken(where, this.events, finding);
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

  begin({ installation, partitionCount }: Header): void {
    createEventsTables(this.db, { installationId: installation, partitionCount });
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

function flushFile(file: string): void {
  const descriptor = openSync(file, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const existsAlready = (file: string): SqliteRefused =>
  new SqliteRefused({
    th: `มีไฟล์ ${file} อยู่แล้ว โปรดระบุชื่ออื่น`,
    en: `The file ${file} exists already. Name another one.`,
  });
