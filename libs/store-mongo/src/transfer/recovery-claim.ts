import { setTimeout as wait } from 'node:timers/promises';
import type { mongo } from 'mongoose';
import { NotAvailableInWords } from '@faemban/event-sourcing';
import { insertOneUnlessThere } from '../connection/inserts';
import type { ContextCollections } from '../events/context-collections';
import { withDatabase } from '../failures';
import { beatOn, BeatWatch, holdTimesDefault } from '../views/beats';

/** How often it is looked how others are doing, in milliseconds. */
const lookMs = 50;

/** Says, beside what the database says of itself, which process takes a context's tail back. */
interface ClaimDocument extends mongo.Document {
  readonly _id: string;
  readonly owner: string;
  /** Goes up as long as it is at it. */
  readonly beat: number;
}

/** How long others are watched before they count as gone. Milliseconds, by this process's own clock. */
export interface RecoveryTimes {
  readonly beatMs: number;
  readonly leaseMs: number;
}

/** The times unless told otherwise: of whoever holds others off. */
export const recoveryTimesDefault: RecoveryTimes = holdTimesDefault;

/**
 * One process's claim to take the published tail of a context back. It saves useless work, and says who waits for whom; what is right is decided by
 * unique keys, also where a process sleeps through its lease and wakes up.
 */
export class RecoveryClaim {
  private readonly claims: mongo.Collection<ClaimDocument>;
  private readonly _id: string;

  constructor(
    db: mongo.Db,
    private readonly collections: Pick<ContextCollections, 'context' | 'owners'>,
    private readonly owner: string,
    private readonly times: RecoveryTimes = recoveryTimesDefault,
  ) {
    this.claims = db.collection<ClaimDocument>('installation');
    this._id = `recovery of ${collections.context}`;
  }

  /** Does `work` as the only one. @throws NotAvailableInWords where another process is at it, and well */
  async whileHeld<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.take();
    const mine = { _id: this._id, owner: this.owner };
    const beat = beatOn(this.claims, mine, { ...holdTimesDefault, ...this.times });
    try {
      return await work();
    } finally {
      beat.end();
      // Where this fails, the lease runs out.
      await withDatabase(() => this.claims.deleteOne(mine)).catch(() => undefined);
    }
  }

  /**
   * Makes sure that nobody sequences this context. A backup has the beats of those who were at work when it was made: they stand still.
   * @throws NotAvailableInWords
   */
  async requireNobodyAtWork(): Promise<void> {
    const before = await this.beats();
    for (const since = performance.now(); before.size > 0 && performance.now() - since < this.times.leaseMs;) {
      await wait(lookMs);
      for (const [owner, beat] of await this.beats()) {
        if (before.get(owner) !== beat) throw atWork(this.collections.context);
      }
    }
  }

  private async take(): Promise<void> {
    const { _id, owner } = this;
    const watch = new BeatWatch(this.times.leaseMs);
    for (const since = performance.now(); ;) {
      if (await insertOneUnlessThere(this.claims, { _id, owner, beat: 0 })) return;
      const other = await withDatabase(() => this.claims.findOne({ _id }));
      if (other === null) continue;
      const isGone = watch.isGone(other.owner, other.beat);
      if (isGone) await withDatabase(() => this.claims.deleteOne({ _id, owner: other.owner, beat: other.beat }));
      else if (performance.now() - since > this.times.leaseMs + lookMs)
        throw takenBackElsewhere(this.collections.context);
      else await wait(lookMs);
    }
  }

  private async beats(): Promise<ReadonlyMap<string, number>> {
    const owners = await withDatabase(() => this.collections.owners.find().toArray());
    return new Map(owners.map(({ _id, beat }) => [_id, beat]));
  }
}

const takenBackElsewhere = (context: string): NotAvailableInWords =>
  new NotAvailableInWords({
    th: `อีกโปรเซสหนึ่งกำลังนำเหตุการณ์ของ ${context} ที่เผยแพร่แล้วกลับเข้าฐานข้อมูล โปรเซสนี้จะทำงานต่อเมื่อเสร็จ`,
    en: `Another process takes back events of ${context} that were published and are missing here; this one goes on when that is done.`,
  });

const atWork = (context: string): NotAvailableInWords =>
  new NotAvailableInWords({
    th: `ฐานข้อมูลของ ${context} ขาดเหตุการณ์ที่เผยแพร่แล้ว แต่ยังมีโปรเซสทำงานกับฐานข้อมูลนี้อยู่ โปรดหยุดทุกโปรเซสของบริการนี้ แล้วจึงเริ่มใหม่`,
    en: `The database of ${context} lacks events that were published, and a process is still at work on it. Stop every process of this service, then start it again.`,
  });
