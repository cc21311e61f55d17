import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type Database from 'better-sqlite3';
import type { ContextName } from '@faemban/contracts';
import { describeEvents } from '../backup/describe-events';
import { flushFolder } from '../backup/folder-files';
import { asCopyFailure } from '../backup/room';
import { partitionOf, seqOf, topicOf } from '../events/places';
import { SqliteRefused } from '../failures';
import { openSqlite } from '../open-sqlite';
import { logFormat, logVersion, type CommandLine, type EventLine, type LogHeader, type LogTrailer } from './log-lines';

/** Rows read at a time. */
const pageRows = 2_000;
/** How fast rather than how small: 4 of 9. */
const zipLevel = 4;

/** What went into a file, or came out of it. */
export interface Transferred {
  readonly installation: string;
  readonly events: number;
  readonly commands: number;
}

/** How far a transfer is, in events; the total is 0 where it is not known. */
export type TransferProgress = (events: number, total: number) => void;

/**
 * Writes every event and every accepted command into one file, at one moment, also of a running system; in bounded memory. The
 * write-ahead log of the events cannot be cut back meanwhile.
 * @throws SqliteRefused where the file exists already, these are no events, or the disk is full
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
    const exporting = new Exporting(db, (events) => onProgress(events, Math.max(total, events)));
    const header: LogHeader = { format: logFormat, version: logVersion, installation, partitionCount, exportedAt };
    await pipeline(
      () => exporting.text(header),
      createGzip({ level: zipLevel }),
      createWriteStream(beside, { mode: 0o600, flush: true }),
    );
    renameSync(beside, to);
    flushFolder(dirname(to));
    return { installation, events: exporting.events, commands: exporting.commands };
  } catch (error) {
    rmSync(beside, { force: true });
    throw asCopyFailure(error, 'events.sqlite', to);
  } finally {
    db.close();
  }
}

class Exporting {
  events = 0;
  commands = 0;
  private readonly hash = createHash('sha256');
  private readonly contexts: ReadonlyMap<number, ContextName>;

  constructor(
    private readonly db: Database.Database,
    private readonly onEvents: (events: number) => void,
  ) {
    this.contexts = new Map(db.prepare<[], [number, ContextName]>('SELECT topic, name FROM contexts').raw().all());
  }

  async *text(header: LogHeader): AsyncGenerator<string> {
    yield this.hashed([header]);
    for (const page of this.eventPages()) {
      yield this.hashed(page);
      this.events += page.length;
      this.onEvents(this.events);
    }
    for (const page of this.commandPages()) {
      yield this.hashed(page);
      this.commands += page.length;
    }
    const { events, commands } = this;
    const trailer: LogTrailer = { end: true, events, commands, sha256: this.hash.digest('hex') };
    yield `${JSON.stringify(trailer)}\n`;
  }

  private hashed(lines: readonly object[]): string {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    this.hash.update(text);
    return text;
  }

  private *eventPages(): Generator<readonly EventLine[]> {
    const rows = this.db
      .prepare<[number], [place: number, version: number, envelope: string, body: string]>(
        `SELECT place, version, envelope, body FROM events WHERE place > ? ORDER BY place LIMIT ${pageRows}`,
      )
      .raw();
    for (let after = -1; ;) {
      const page = rows.all(after);
      yield page.map(([place, version, envelope, body]) => [
        'e',
        this.contextOf(topicOf(place)),
        partitionOf(place),
        seqOf(place),
        version,
        envelope,
        body,
      ]);
      after = page.at(-1)?.[0] ?? after;
      if (page.length < pageRows) return;
    }
  }

  private *commandPages(): Generator<readonly CommandLine[]> {
    const streamOf = this.db
      .prepare<[number], string>(
        `SELECT json_extract(envelope, '$[3]') FROM events WHERE stream_no = ? AND version = 1`,
      )
      .pluck();
    const list = this.db
      .prepare<[number, string], [number, string, string, number, number, number, number]>(
        `SELECT topic, command_id, digest, stream_no, first_version, last_version, last_seq FROM commands
         WHERE (topic, command_id) > (?, ?) ORDER BY topic, command_id LIMIT ${pageRows}`,
      )
      .raw();
    for (let after: [number, string] = [-1, '']; ;) {
      const page = list.all(...after);
      yield page.map(([topic, id, digest, streamNo, first, last, lastSeq]) => [
        'c',
        this.contextOf(topic),
        id,
        digest,
        streamOf.get(streamNo) ?? '',
        first,
        last,
        lastSeq,
      ]);
      const end = page.at(-1);
      if (end === undefined || page.length < pageRows) return;
      after = [end[0], end[1]];
    }
  }

  private contextOf(topic: number): ContextName {
    return this.contexts.get(topic) as ContextName;
  }
}

const existsAlready = (file: string): SqliteRefused =>
  new SqliteRefused({
    th: `มีไฟล์ ${file} อยู่แล้ว โปรดระบุชื่ออื่น`,
    en: `The file ${file} exists already. Name another one.`,
  });
