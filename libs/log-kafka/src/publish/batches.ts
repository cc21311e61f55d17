import type { LoggedEvent } from '@faemban/event-sourcing';
import { recordOf, type EventRecord } from '../format/cloud-events';

/** Events sent at once. */
export const batchEventsMax = 500;
/** Bytes sent at once, so that a request stays below the megabyte a broker takes. */
export const batchBytesMax = 900_000;
/** What a record takes besides its texts: lengths, offset, time. */
const recordBytes = 70;
const headerBytes = 4;

/** The records of as many of the events as one request may carry: at least one. */
export function batchOf(
  events: readonly LoggedEvent[],
  source: string,
  bytesMax = batchBytesMax,
): readonly EventRecord[] {
  const records: EventRecord[] = [];
  let bytes = 0;
  for (const event of events.slice(0, batchEventsMax)) {
    const record = recordOf(event, source);
    bytes += bytesOf(record);
    if (records.length > 0 && bytes > bytesMax) break;
    records.push(record);
  }
  return records;
}

function bytesOf({ key, value, headers }: EventRecord): number {
  let bytes = recordBytes + Buffer.byteLength(key) + Buffer.byteLength(value);
  for (const [name, text] of Object.entries(headers)) bytes += headerBytes + name.length + Buffer.byteLength(text);
  return bytes;
}
