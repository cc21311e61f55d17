import type { ContextName } from '@faemban/contracts';
import type { LoggedEvent } from '@faemban/event-sourcing';
import { eventOf, UnreadableRecord, type RecordHeaders } from '../format/cloud-events';

/** A record as Kafka's client brings it. */
export interface BroughtRecord {
  readonly offset: string;
  readonly value: Buffer | null;
  readonly headers?: RecordHeaders;
}

/**
 * The events among some records of one partition. A record that is no event of this context and partition, or not what its hash says, is
 * left out and told: it cannot be taken out of a topic, and what it stood for is filled from the owner.
 */
export function readableEvents(
  records: readonly BroughtRecord[],
  place: { readonly context: ContextName; readonly partition: number },
  onUnreadable: (what: string) => void,
): readonly LoggedEvent[] {
  const events: LoggedEvent[] = [];
  for (const record of records) {
    try {
      const event = eventOf(record);
      if (event.context !== place.context || event.partition !== place.partition) {
        throw new UnreadableRecord(`it is an event of ${event.context}/${event.partition}`);
      }
      events.push(event);
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      onUnreadable(`offset ${record.offset} of ${place.context}/${place.partition} was left out: ${error.message}`);
    }
  }
  return events;
}
