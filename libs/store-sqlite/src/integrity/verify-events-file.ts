import type Database from 'better-sqlite3';
import { contextNames, type ContextName } from '@faemban/contracts';
import {
  faultInSeals,
  keysFollowing,
  PartitionVerifier,
  type Finding,
  type Seal,
  type SealedPartition,
  type SealFault,
  type SignedDocument,
  type Verification,
  type VerifierKey,
} from '@faemban/event-sourcing';
import { packEnvelope, readStored, type EventRow } from '../events/event-rows';
import { prepareEventsFile } from '../events/events-schema';
import { partitionOf, seqOf, topicOf } from '../events/places';
import { openSqlite } from '../open-sqlite';
import { readPublishedKeys, readSeals } from './seal-files';

const findingsMax = 100;

type VerifiedRow = readonly [...EventRow, streamNo: number];
interface HeadRow {
  readonly topic: number;
  readonly partition: number;
  readonly seq: number;
  readonly chainHash: string;
}

/**
 * Reads an events file from its first event to its last and computes everything again over the stored bytes: content hashes, chains,
 * trees; and checks what the file keeps beside them: heads, streams, commands. Also works on the file of a running system, at one
 * moment. Memory grows with the number of partitions, not of events; about 100,000 events a second and core.
 * @param sealsFolder where the seals lie; without it, nothing can be said of a history that was rewritten throughout
 * @param givenKey the installation's first key as it is known from elsewhere; without it, the word of the folder itself is taken
 */
export function verifyEventsFile({
  file,
  sealsFolder,
  givenKey,
}: {
  readonly file: string;
  readonly sealsFolder?: string;
  readonly givenKey?: VerifierKey;
}): Verification {
  const begunMs = performance.now();
  const db = openSqlite(file, 'events', { readonly: true });
  try {
    const { installationId } = prepareEventsFile(db, { file, partitionCount: undefined, newId: () => '' });
    db.exec('BEGIN');
    const published = sealsFolder === undefined ? undefined : readPublishedKeys(sealsFolder);
    const first = givenKey ?? published?.keys[0];
    const keys = first === undefined ? [] : keysFollowing(first, published?.changes ?? []);
    const seals = new Map<ContextName, readonly SignedDocument<Seal>[]>();
    const sealFaults: SealFault[] = [];
    for (const context of contextNames) {
      if (sealsFolder === undefined) break;
      const read = readSeals(sealsFolder, context);
      const expected = { installation: installationId, context, trusted: keys };
      const fault: SealFault | undefined = read.isUnreadable
        ? { context, number: read.seals.length + 1, what: 'seal-signature' }
        : faultInSeals(read.seals, expected);
      if (fault !== undefined) sealFaults.push(fault);
      seals.set(context, fault === undefined ? read.seals : read.seals.slice(0, fault.number - 1));
    }
    const fileVerifier = new FileVerifier(db, seals);
    const { findings, events, partitions } = fileVerifier.verify();
    const lastSeals = [...seals.values()].map((list) => list.at(-1)?.document.eventsTotal ?? 0);
    return {
      installation: installationId,
      verdict: findings.length === 0 && sealFaults.length === 0 ? 'unaltered' : 'altered',
      events,
      partitions,
      seconds: (performance.now() - begunMs) / 1000,
      seals: [...seals.values()].reduce((sum, list) => sum + list.length, 0),
      sealedEvents: lastSeals.reduce((sum, total) => sum + total, 0),
      keys,
      isKeyGiven: givenKey !== undefined,
      findings: findings.slice(0, findingsMax),
      findingsTotal: findings.length,
      sealFaults,
    };
  } finally {
    db.close();
  }
}

class FileVerifier {
  private readonly statements: ReturnType<typeof prepareStatements>;
  private readonly contexts: ReadonlyMap<number, ContextName>;
  private readonly heads = new Map<string, HeadRow>();
  private readonly findings: Finding[] = [];
  private events = 0;
  private partitions = 0;

  constructor(
    private readonly db: Database.Database,
    private readonly seals: ReadonlyMap<ContextName, readonly SignedDocument<Seal>[]>,
  ) {
    this.statements = prepareStatements(db);
    this.contexts = new Map(this.statements.contexts.all());
    for (const head of this.statements.heads.all()) this.heads.set(`${head.topic}/${head.partition}`, head);
  }

  verify(): { readonly findings: readonly Finding[]; readonly events: number; readonly partitions: number } {
    const waiting = new Set(this.heads.keys());
    for (const [context, seals] of this.seals) {
      const topic = [...this.contexts].find(([, name]) => name === context)?.[0];
      for (const { partition } of seals.at(-1)?.document.partitions ?? [])
        waiting.add(`${topic ?? context}/${partition}`);
    }
    let current: { verifier: PartitionVerifier; key: string } | undefined;
    for (const row of this.statements.rows.iterate()) {
      const [place] = row;
      const [topic, partition] = [topicOf(place), partitionOf(place)];
      const key = `${topic}/${partition}`;
      if (current?.key !== key) {
        this.end(current);
        waiting.delete(key);
        current = { key, verifier: this.verifierOf(this.contexts.get(topic) ?? String(topic), partition) };
      }
      if (current.verifier.finding === undefined) this.take(current.verifier, topic, row);
    }
    this.end(current);
    for (const key of waiting) {
      const [topic = '', partition = ''] = key.split('/');
      const context = this.contexts.get(Number(topic)) ?? topic;
      this.end({ key, verifier: this.verifierOf(context, Number(partition)) });
    }
    this.checkStreams();
    this.findings.sort((one, other) =>
      one.context < other.context ? -1 : one.context > other.context ? 1 : one.partition - other.partition,
    );
    return { findings: this.findings, events: this.events, partitions: this.partitions };
  }

  private take(verifier: PartitionVerifier, topic: number, row: VerifiedRow): void {
    const [place, version, envelope, , streamNo] = row;
    const seq = seqOf(place);
    const event = readStored([row[0], row[1], row[2], row[3]], verifier.context);
    if (event === undefined) {
      verifier.fault('unreadable', seq);
      return;
    }
    // The envelope's text could say the same in other words, or something besides, which no hash covers.
    if (packEnvelope(event) !== envelope) {
      verifier.fault('altered', seq, event.id);
      return;
    }
    if (!verifier.take(event)) return;
    const stream = this.statements.stream.get(topic, event.stream);
    if (stream?.[0] !== streamNo || stream[1] !== verifier.partition) verifier.fault('stream-broken', seq, event.id);
    const command = this.statements.command.get(topic, event.commandId);
    const [ofStream, firstVersion = 0, lastVersion = 0, lastSeq] = command ?? [];
    const isOfCommand = ofStream === streamNo && firstVersion <= version && version <= lastVersion;
    const endsRight = version !== lastVersion || lastSeq === seq;
    if (!isOfCommand || !endsRight) verifier.fault('command-broken', seq, event.id);
  }

  private end(current: { readonly verifier: PartitionVerifier; readonly key: string } | undefined): void {
    if (current === undefined) return;
    const { verifier, key } = current;
    const finding = verifier.end(this.heads.get(key));
    this.events += verifier.events;
    this.partitions += 1;
    if (finding !== undefined) this.findings.push(finding);
  }

  /** What the events alone cannot show: versions of streams without an event, commands that claim what others recorded, or nothing. */
  private checkStreams(): void {
    // Where an event cannot be read already, these could not either.
    if (this.findings.length > 0) return;
    const broken = this.statements.brokenStream.get();
    const place = broken ?? this.statements.brokenCommand.get();
    if (place === undefined) return;
    const [topic, partition, stream] = place;
    const verifier = this.verifierOf(this.contexts.get(topic) ?? String(topic), partition);
    verifier.fault(broken === undefined ? 'command-broken' : 'stream-broken', 0, stream);
    if (verifier.finding !== undefined) this.findings.push(verifier.finding);
  }

  private verifierOf(context: string, partition: number): PartitionVerifier {
    const sealed: SealedPartition[] = [];
    let size = 0;
    for (const { document } of this.seals.get(context as ContextName) ?? []) {
      const found = document.partitions.find((one) => one.partition === partition);
      if (found !== undefined && found.size > size) sealed.push(found);
      size = found?.size ?? size;
    }
    return new PartitionVerifier(context as ContextName, partition, sealed);
  }
}

function prepareStatements(db: Database.Database) {
  return {
    contexts: db.prepare<[], [number, ContextName]>('SELECT topic, name FROM contexts').raw(),
    heads: db.prepare<[], HeadRow>('SELECT topic, partition, seq, chain_hash AS chainHash FROM heads'),
    rows: db
      .prepare<[], VerifiedRow>('SELECT place, version, envelope, body, stream_no FROM events ORDER BY place')
      .raw(),
    stream: db
      .prepare<[number, string], readonly [streamNo: number, partition: number]>(
        'SELECT stream_no, partition FROM streams WHERE topic = ? AND stream = ?',
      )
      .raw(),
    command: db
      .prepare<[number, string], readonly [streamNo: number, first: number, last: number, lastSeq: number]>(
        'SELECT stream_no, first_version, last_version, last_seq FROM commands WHERE topic = ? AND command_id = ?',
      )
      .raw(),
    brokenStream: db
      .prepare<[], readonly [topic: number, partition: number, stream: string]>(
        `SELECT topic, partition, stream FROM streams LEFT JOIN
           (SELECT stream_no, count(*) AS events, min(version) AS low, max(version) AS high FROM events GROUP BY stream_no)
           USING (stream_no)
         WHERE events IS NULL OR low <> 1 OR high <> events LIMIT 1`,
      )
      .raw(),
    brokenCommand: db
      .prepare<[], readonly [topic: number, partition: number, stream: string]>(
        `SELECT commands.topic, 0, command_id FROM commands
         LEFT JOIN events AS first ON first.stream_no = commands.stream_no AND first.version = commands.first_version
         LEFT JOIN events AS last ON last.stream_no = commands.stream_no AND last.version = commands.last_version
         WHERE first.place IS NULL OR json_extract(first.envelope, '$[8]') <> command_id
            OR last.place IS NULL OR json_extract(last.envelope, '$[8]') <> command_id LIMIT 1`,
      )
      .raw(),
  };
}
