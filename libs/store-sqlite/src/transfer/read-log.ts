import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { findingOf, PartitionVerifier, type Finding } from '@faemban/event-sourcing';
import { readStored } from '../events/event-rows';
import { placeOf } from '../events/places';
import { SqliteRefused } from '../failures';
import type { Transferred, TransferProgress } from './export-log';
import {
  isCommandLine,
  isEventLine,
  isHeader,
  isTrailer,
  linesOf,
  logVersion,
  type CommandLine,
  type EventLine,
  type LogHeader,
  type LogTrailer,
} from './log-lines';

const eventsPerProgress = 5_000;

/** What is told of an exported log while it is read; every event was verified before it is told. */
export interface LogVisitor {
  begin(header: LogHeader): void;
  event(line: EventLine): void;
  command(line: CommandLine): void;
  /** Ends the partition that was read. */
  head(verifier: PartitionVerifier, recordedAt: string): void;
  end(): void;
}

/** An exported log that is not what it was when it was written; the finding names the first event that is wrong, where there is one. */
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

/** Reads an exported log to its end and verifies it, writing nothing. @throws SqliteRefused where it is none, or has no end */
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

/** Reads an exported log line by line, in bounded memory. @throws LogFileBroken, SqliteRefused where the file is not there */
export async function readLogFile(
  from: string,
  visitor: LogVisitor | undefined,
  onProgress: TransferProgress,
): Promise<Transferred> {
  if (!existsSync(from)) throw missing(from);
  const reading = new LogReading(visitor, onProgress);
  try {
    await pipeline(createReadStream(from), createGunzip(), async (unzipped: AsyncIterable<Buffer>) => {
      for await (const line of linesOf(unzipped)) reading.take(line);
    });
  } catch (error) {
    if (!isOfFile(error)) throw error;
    throw new LogFileBroken(error.message, reading.events);
  }
  return reading.result();
}

/** Whether the file's bytes, and not this program or its disk, are to blame. */
function isOfFile(error: unknown): error is Error {
  if (error instanceof RangeError) return true;
  const code = (error as { readonly code?: unknown } | null)?.code;
  return (
    typeof code === 'string' &&
    (code.startsWith('Z_') || code === 'EISDIR' || code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
  );
}

class LogReading {
  events = 0;
  private commands = 0;
  private header: LogHeader | undefined;
  private verifier: PartitionVerifier | undefined;
  private recordedAt = '';
  private isEnded = false;
  private readonly seen = new Set<string>();
  private readonly hash = createHash('sha256');
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(
    private readonly visitor: LogVisitor | undefined,
    private readonly onProgress: TransferProgress,
  ) {}

  take(line: Buffer): void {
    if (this.isEnded) throw new LogFileBroken('something follows its end', this.events);
    const parsed = this.parse(line);
    if (this.header === undefined) this.takeHeader(parsed);
    else if (isEventLine(parsed, this.header.partitionCount)) this.takeEvent(parsed);
    else if (isCommandLine(parsed)) this.takeCommand(parsed);
    else if (isTrailer(parsed)) this.takeTrailer(parsed);
    else throw this.unreadable();
    this.hash.update(line).update('\n');
  }

  result(): Transferred {
    if (!this.isEnded || this.header === undefined) throw new LogFileBroken('it ends before its end', this.events);
    this.visitor?.end();
    return { installation: this.header.installation, events: this.events, commands: this.commands };
  }

  private parse(line: Buffer): unknown {
    try {
      return JSON.parse(this.decoder.decode(line)) as unknown;
    } catch {
      throw this.unreadable();
    }
  }

  private unreadable(): LogFileBroken {
    const line = this.header === undefined ? 1 : this.events + this.commands + 2;
    return new LogFileBroken(`line ${line} cannot be read`, this.events);
  }

  private takeHeader(header: unknown): void {
    if (!isHeader(header)) throw new LogFileBroken('it does not begin as an exported log does', 0);
    if (header.version !== logVersion) throw otherVersion(header.version);
    this.header = header;
    this.visitor?.begin(header);
  }

  private takeEvent(line: EventLine): void {
    const [, context, partition, seq, streamVersion, envelope, body] = line;
    if (this.commands > 0) throw new LogFileBroken('an event stands behind the commands', this.events);
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
    if (this.events % eventsPerProgress === 0) this.onProgress(this.events, 0);
  }

  private takeCommand(line: CommandLine): void {
    this.endPartition();
    this.visitor?.command(line);
    this.commands += 1;
  }

  private takeTrailer({ events, commands, sha256 }: LogTrailer): void {
    this.endPartition();
    const isWhole = events === this.events && commands === this.commands && sha256 === this.hash.copy().digest('hex');
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

const missing = (file: string): SqliteRefused =>
  new SqliteRefused({
    th: `ไม่มีไฟล์ ${file} โปรดระบุไฟล์ที่ได้จาก faemban export`,
    en: `The file ${file} does not exist. Name one that faemban export wrote.`,
  });
const otherVersion = (version: number): SqliteRefused =>
  new SqliteRefused({
    th: `ไฟล์ส่งออกเป็นรูปแบบรุ่น ${version} โปรแกรมนี้รู้จักรุ่น ${logVersion} โปรดใช้ Faemban รุ่นใหม่กว่า`,
    en: `The exported file has format version ${version}; this program knows version ${logVersion}. Use a newer Faemban.`,
  });
