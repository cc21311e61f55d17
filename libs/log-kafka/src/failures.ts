import { NotAvailable, RefusedInWords, StoreRefused } from '@faemban/event-sourcing';
import { whyRefused } from './refusals';

/** A topic or cluster that cannot be used as it is. The sentence says what is the case and what is possible instead. */
export class KafkaRefused extends RefusedInWords {}

/** The broker did not answer, or answered that it cannot just now. */
export class KafkaUnavailable extends NotAvailable {
  override readonly name = 'KafkaUnavailable';
}

/** Asks Kafka and tells its failures as {@link KafkaUnavailable}; what was refused for good stays as it is. */
export async function withKafka<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof StoreRefused) throw error;
    throw new KafkaUnavailable(`Kafka is not available: ${messageOf(error)}`, { cause: error });
  }
}

const messageMax = 400;

/** What a failure says, on one line; where Kafka refused this process, why and what to check. */
export function messageOf(error: unknown): string {
  const isSaid = error instanceof StoreRefused || error instanceof NotAvailable;
  const text = (isSaid ? undefined : whyRefused(error)) ?? (error instanceof Error ? error.message : String(error));
  return text.replaceAll(/\s+/g, ' ').slice(0, messageMax);
}
