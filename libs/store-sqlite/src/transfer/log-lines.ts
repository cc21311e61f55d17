import type { ContextName } from '@faemban/contracts';
import { contextNames } from '@faemban/contracts';
import { partitionCountMax } from '../events/places';

/*
 * An exported log is gzip over lines of JSON:
 * - a header {"format":"faemban-log","version":1,"installation":…,"partitionCount":…,"exportedAt":…}
 * - per event, context by context, partition by partition, in order: ["e", context, partition, seq, version, envelope, body], where the
 *   last two are the stored texts, so that no byte changes on the way
 * - per accepted command, behind the events: ["c", context, commandId, digest, stream, firstVersion, lastVersion, lastSeq]
 * - a trailer {"end":true,"events":…,"commands":…,"sha256":…}: the hash over all lines before it, each with its line feed
 */

export const logFormat = 'faemban-log';
export const logVersion = 1;

/** The longest line that an exported log has, in bytes: an event of 256 KiB, escaped twice, and its envelope. */
export const lineBytesMax = 4 * 1024 * 1024;

/** What an exported log says of itself. */
export interface LogHeader {
  readonly format: typeof logFormat;
  readonly version: number;
  readonly installation: string;
  readonly partitionCount: number;
  readonly exportedAt: string;
}

/** How an exported log ends. `sha256` in hexadecimal digits. */
export interface LogTrailer {
  readonly end: true;
  readonly events: number;
  readonly commands: number;
  readonly sha256: string;
}

export type EventLine = readonly [
  'e',
  ContextName,
  partition: number,
  seq: number,
  version: number,
  envelope: string,
  body: string,
];
export type CommandLine = readonly [
  'c',
  ContextName,
  commandId: string,
  digest: string,
  stream: string,
  first: number,
  last: number,
  lastSeq: number,
];

/** Whether a value is the header of an exported log, of any version. */
export function isHeader(value: unknown): value is LogHeader {
  if (typeof value !== 'object' || value === null) return false;
  const { format, version, installation, partitionCount } = value as Record<string, unknown>;
  const isCountable = isPositive(partitionCount) && partitionCount <= partitionCountMax;
  return format === logFormat && isPositive(version) && typeof installation === 'string' && isCountable;
}

export function isEventLine(value: unknown, partitionCount: number): value is EventLine {
  if (!Array.isArray(value) || value.length !== 7 || value[0] !== 'e') return false;
  const [, context, partition, seq, version, envelope, body] = value as readonly unknown[];
  const isPlaced = isContext(context) && isCount(partition) && partition < partitionCount && isPositive(seq);
  return isPlaced && isPositive(version) && typeof envelope === 'string' && typeof body === 'string';
}

export function isCommandLine(value: unknown): value is CommandLine {
  if (!Array.isArray(value) || value.length !== 8 || value[0] !== 'c') return false;
  const [, context, ...rest] = value as readonly unknown[];
  return (
    isContext(context) &&
    rest.slice(0, 3).every((one) => typeof one === 'string') &&
    rest.slice(3).every((one) => isPositive(one))
  );
}

export function isTrailer(value: unknown): value is LogTrailer {
  if (typeof value !== 'object' || value === null) return false;
  const { end, events, commands, sha256 } = value as Record<string, unknown>;
  return end === true && isCount(events) && isCount(commands) && typeof sha256 === 'string';
}

/**
 * The lines of a stream of bytes, without their line feeds; a rest without one is a line too.
 * @throws RangeError where a line is longer than {@link lineBytesMax}, having read no further
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      pieces.push(chunk.subarray(from, end));
      yield pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
      pieces = [];
      bytes = 0;
      from = end + 1;
    }
    pieces.push(chunk.subarray(from));
    bytes += chunk.length - from;
    if (bytes > lineBytesMax) throw new RangeError(`a line is longer than ${lineBytesMax} bytes`);
  }
  if (bytes > 0) yield Buffer.concat(pieces);
}

const isContext = (value: unknown): value is ContextName => contextNames.some((name) => name === value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isPositive = (value: unknown): value is number => isCount(value) && value > 0;
