import { hash } from 'node:crypto';
import type { Actor } from '@faemban/contracts';

/** The chain hash before the first event of a partition: 64 zeros. */
export const genesisHash = '0'.repeat(64);

/** The fields of an envelope that never change after an append and do not depend on the event's place in the log. */
export interface ContentFields {
  readonly id: string;
  readonly type: string;
  readonly context: string;
  readonly schemaVersion: number;
  readonly stream: string;
  readonly version: number;
  readonly occurredAt: string;
  readonly area: string;
  readonly actor: Actor;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly traceparent?: string;
  readonly subjects: readonly string[];
  readonly corrects?: string;
}

/**
 * An event's data as JSON text, made once: these bytes are stored, hashed and published.
 * @throws TypeError where the data is nothing that JSON can carry
 */
export function serializeData(data: unknown): string {
  const text: string | undefined = JSON.stringify(data);
  if (text === undefined) throw new TypeError('The data of an event must be a JSON value.');
  return text;
}

/**
 * SHA-256 (hex) over the immutable envelope fields and the body's bytes: a JSON array of the fields in fixed order, a line feed, the
 * body. JSON never contains a raw line feed, so no two inputs share one text. Partition, seq and `recordedAt` are the chain's part.
 */
export function contentHashOf(fields: ContentFields, body: string): string {
  const { actor } = fields;
  const head = JSON.stringify([
    fields.id,
    fields.type,
    fields.context,
    fields.schemaVersion,
    fields.stream,
    fields.version,
    fields.occurredAt,
    fields.area,
    [actor.accountId, actor.office, actor.role, actor.onBehalfOf ?? null, actor.channel],
    fields.commandId,
    fields.correlationId,
    fields.causationId ?? null,
    fields.traceparent ?? null,
    fields.subjects,
    fields.corrects ?? null,
  ]);
  return hash('sha256', `${head}\n${body}`);
}

/** `h(seq) = SHA-256(h(seq−1), partition, seq, recordedAt, contentHash)` as lower-case hex, over the five joined by line feeds. */
export function chainHash(
  previous: string,
  partition: number,
  seq: number,
  recordedAt: string,
  contentHash: string,
): string {
  return hash('sha256', `${previous}\n${partition}\n${seq}\n${recordedAt}\n${contentHash}`);
}

/** SHA-256 (hex) over parts that cannot run into each other; for derived ids. */
export function digestOf(parts: readonly (string | number)[]): string {
  return hash('sha256', JSON.stringify(parts));
}
