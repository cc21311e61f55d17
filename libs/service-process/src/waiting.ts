import { setTimeout as delay } from 'node:timers/promises';
import { classify, describeFailure, NotAvailableInWords, type Sentence } from '@faemban/event-sourcing';

const firstPauseMs = 100;
const lastPauseMs = 3_000;

/** What a process waits for before it can serve, in words for `/health/ready` and names for metrics. */
export class Waiting {
  private readonly all = new Map<string, Sentence>();
  private readonly ending = new AbortController();

  /** What it waits for now, by name. */
  get now(): readonly { readonly name: string; readonly sentence: Sentence }[] {
    return [...this.all].map(([name, sentence]) => ({ name, sentence }));
  }

  /** Ends all waiting: what waits is rejected. */
  giveUp(): void {
    this.ending.abort(new Error('The process is stopping.'));
  }

  /**
   * Does what may have to wait for something else to be there: tried again, with growing pauses, as long as what fails is transient.
   * @throws what is not transient, and when the process stops meanwhile
   */
  async until<Result>(
    name: string,
    sentence: Sentence,
    work: () => Promise<Result>,
    failed: (error: unknown) => void,
  ): Promise<Result> {
    this.all.set(name, sentence);
    let pauseMs = firstPauseMs;
    for (let isFirst = true; ; isFirst = false) {
      this.ending.signal.throwIfAborted();
      try {
        const result = await work();
        this.all.delete(name);
        return result;
      } catch (error) {
        if (classify(error) !== 'transient') throw error;
        if (isFirst) failed(error);
        this.all.set(name, withCause(sentence, error));
      }
      await delay(pauseMs, undefined, { signal: this.ending.signal });
      pauseMs = Math.min(lastPauseMs, 2 * pauseMs);
    }
  }
}

function withCause({ th, en }: Sentence, error: unknown): Sentence {
  if (error instanceof Error && error.message === '') return { th, en };
  const text = describeFailure(error);
  const cause = error instanceof NotAvailableInWords ? error.sentence : { th: text, en: text };
  return { th: `${th} (${cause.th})`, en: `${en} (${cause.en})` };
}
