import { mongo } from 'mongoose';

/** Everything that writes; `insertMany` goes through `bulkWrite`. */
const methods = ['insertOne', 'bulkWrite', 'updateOne', 'updateMany', 'replaceOne', 'deleteOne', 'deleteMany'] as const;

/** Decides over one write: when, and whether, it happens. `at` counts from 1 since it was put in. */
export type OverWrites = (at: number, write: () => Promise<unknown>, collection: string) => Promise<unknown>;

type Method = (this: mongo.Collection, ...args: unknown[]) => Promise<unknown>;

/** Puts something over every write of this process until it is taken away again. Answers how many writes it saw. */
export async function overWrites(over: OverWrites, work: () => Promise<void>): Promise<number> {
  const prototype = mongo.Collection.prototype as unknown as Record<string, Method>;
  const originals = methods.map((method) => [method, prototype[method] as Method] as const);
  let writes = 0;
  for (const [method, original] of originals) {
    prototype[method] = function (this: mongo.Collection, ...args: unknown[]) {
      writes += 1;
      return over(writes, () => original.apply(this, args), this.collectionName);
    };
  }
  try {
    await work();
  } finally {
    for (const [method, original] of originals) prototype[method] = original;
  }
  return writes;
}

/** A process that dies at its `n`th write: before it, or when it is done and before the answer comes. Nothing it does later happens. */
export function dyingAt(n: number, when: 'before' | 'after'): OverWrites {
  const dead = (): never => {
    throw new mongo.MongoNetworkError('the process is dead');
  };
  return async (at, write) => {
    if (at > n || (at === n && when === 'before')) return dead();
    const answer = await write();
    return at === n ? dead() : answer;
  };
}

/** What the driver throws where a server goes while it is asked. */
export const connectionLost = (): Error => new mongo.MongoNetworkError('connection reset');

/** A database that fails the first write to a collection whose name ends so, and no other. `meanwhile` happens just then. */
export function failingOnceAt(
  ending: string,
  failure: Error = connectionLost(),
  meanwhile: () => Promise<void> = async () => undefined,
): OverWrites {
  let hasFailed = false;
  return async (_at, write, collection) => {
    if (hasFailed || !collection.endsWith(ending)) return write();
    hasFailed = true;
    await meanwhile();
    throw failure;
  };
}

/** A process that is paused at its `n`th write until it is woken. */
export class PauseAt {
  readonly paused: Promise<void>;
  private readonly woken: Promise<void>;
  wake: () => void = () => undefined;
  private isPaused: () => void = () => undefined;
  private isOver = false;

  constructor(private readonly n: number) {
    this.paused = new Promise((resolve) => (this.isPaused = resolve));
    this.woken = new Promise((resolve) => (this.wake = resolve));
  }

  /** From now on somebody else writes, who is not paused. */
  others(): void {
    this.isOver = true;
  }

  readonly over: OverWrites = async (at, write) => {
    if (at >= this.n && !this.isOver) {
      this.isPaused();
      await this.woken;
    }
    return write();
  };
}
