import { StoreRefused, type Sentence } from '@faemban/event-sourcing';

/** A topic or cluster that cannot be used as it is. The sentence says what is the case and what is possible instead. */
export class KafkaRefused extends StoreRefused {
  constructor(
    readonly sentence: Sentence,
    options?: ErrorOptions,
  ) {
    super(`${sentence.en} ${sentence.th}`, options);
  }
}

/** The broker did not answer, or answered that it cannot just now. `code` is what the kernel's `classify` knows as transient. */
export class KafkaUnavailable extends Error {
  override readonly name = 'KafkaUnavailable';
  readonly code = 'EAGAIN';
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

/** What a failure says, on one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}
