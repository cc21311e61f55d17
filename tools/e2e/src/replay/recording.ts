import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoggedEvent } from '@faemban/event-sourcing';
import type { Folded } from './fold-recording';

/** Where recordings stand: one folder each, with `events.jsonl`, `folded.json` and `declared-differences.json`. */
export const recordingsFolder = join(__dirname, '../../recordings');

/** A difference that was meant: which folded thing, in which place of it, and why. */
export interface DeclaredDifference {
  /** `aggregates`, `views` or `tallies`, then the name, such as `aggregates/score` or `views/household-list`. */
  readonly of: string;
  /** Every difference whose place begins so, below one stream or document; '' for any. */
  readonly place: string;
  readonly reason: string;
}

/** Streams as a release recorded them, what it folded them into, and how today's code may differ from that. */
export interface Recording {
  readonly name: string;
  readonly events: readonly LoggedEvent[];
  readonly folded: Folded;
  readonly declared: readonly DeclaredDifference[];
}

/** Reads every recording, by name. */
export function readRecordings(): readonly Recording[] {
  return readdirSync(recordingsFolder)
    .sort()
    .map((name) => {
      const text = (file: string): string => readFileSync(join(recordingsFolder, name, file), 'utf8');
      const lines = text('events.jsonl').trimEnd().split('\n');
      return {
        name,
        events: lines.map((line) => JSON.parse(line) as LoggedEvent),
        folded: JSON.parse(text('folded.json')) as Folded,
        declared: JSON.parse(text('declared-differences.json')) as DeclaredDifference[],
      };
    });
}

/** Writes a new recording; one that exists is never written over. */
export function writeRecording(name: string, events: readonly LoggedEvent[], folded: Folded): void {
  const file = (part: string): string => join(recordingsFolder, name, part);
  mkdirSync(join(recordingsFolder, name), { recursive: true });
  const isNew = { flag: 'wx' };
  writeFileSync(file('events.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''), isNew);
  writeFileSync(file('folded.json'), `${JSON.stringify(folded, null, 1)}\n`, isNew);
  writeFileSync(file('declared-differences.json'), '[]\n', isNew);
}
