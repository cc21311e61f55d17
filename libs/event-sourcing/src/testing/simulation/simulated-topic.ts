import type { LoggedEvent } from '../../ports';

/** One partition of a published log as its consumers meet it: what was sent stays, sent again it stands there twice. */
export class SimulatedTopic {
  private readonly messages: LoggedEvent[] = [];

  constructor(private readonly random: (below: number) => number) {}

  readonly producer = {
    send: async (events: readonly LoggedEvent[]): Promise<void> => {
      this.messages.push(...events);
    },
  };

  /** What a poll brings: usually the next few; sometimes some of it again, out of order, or with holes. */
  readonly poll = {
    from: async (offset: number): Promise<{ readonly events: readonly LoggedEvent[]; readonly next: number }> => {
      const begin = Math.max(0, offset - (this.random(4) === 0 ? this.random(6) : 0));
      const next = Math.min(this.messages.length, offset + 1 + this.random(6));
      const events = this.messages.slice(begin, next).filter(() => this.random(20) > 0);
      if (this.random(3) === 0) events.sort(() => this.random(3) - 1);
      return { events, next };
    },
  };
}
