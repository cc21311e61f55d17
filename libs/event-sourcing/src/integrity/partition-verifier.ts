import type { ContextName } from '@faemban/contracts';
import type { Sentence } from '../decider';
import { chainHash, contentHashOf, genesisHash, type ContentFields } from './hashing';
import { MerkleFrontier } from './merkle';
import { leafHashOf, type SealedPartition } from './seals';

/** An event as its store keeps it: `body` are the stored bytes as text, everything else what stands beside them. */
export interface StoredEvent extends ContentFields {
  readonly partition: number;
  readonly seq: number;
  readonly recordedAt: string;
  readonly body: string;
  readonly contentHash: string;
  readonly chainHash: string;
}

/** What may be found wrong at a place of the log. */
export type FindingCode =
  | 'altered'
  | 'missing'
  | 'added'
  | 'reordered'
  | 'foreign'
  | 'time-goes-back'
  | 'chain-broken'
  | 'head-differs'
  | 'seal-differs'
  | 'cut-off'
  | 'unreadable'
  | 'stream-broken'
  | 'command-broken';

/** The first thing found wrong in a partition. */
export interface Finding {
  readonly context: ContextName;
  readonly partition: number;
  /** The place it was found at; 0 where it is about the partition as a whole. */
  readonly seq: number;
  readonly eventId?: string;
  readonly code: FindingCode;
  readonly sentence: Sentence;
}

const sentences: Readonly<Record<FindingCode, Sentence>> = {
  altered: {
    th: 'เนื้อหาหรือรายละเอียดของเหตุการณ์ไม่ตรงกับค่าแฮชที่บันทึกไว้ เหตุการณ์ถูกแก้ไข',
    en: 'The event is not the one its hash was made of: it was altered.',
  },
  missing: { th: 'เหตุการณ์ที่ควรอยู่ตรงนี้หายไป', en: 'The event that belongs here is missing.' },
  added: { th: 'มีเหตุการณ์เกินมาตรงนี้', en: 'There is an event here that does not belong.' },
  reordered: {
    th: 'เหตุการณ์ตรงนี้มาจากลำดับอื่น ลำดับถูกสลับ',
    en: 'The event that stands here belongs to another place: the order was changed.',
  },
  foreign: {
    th: 'เหตุการณ์ตรงนี้เป็นของพาร์ทิชันหรือบริบทอื่น',
    en: 'The event that stands here belongs to another partition or context.',
  },
  'time-goes-back': { th: 'เวลาบันทึกย้อนกลับ', en: 'The recorded time goes back.' },
  'chain-broken': {
    th: 'ห่วงโซ่แฮชขาดตรงนี้ เหตุการณ์นี้หรือก่อนหน้าถูกแก้ เพิ่ม ลบ หรือสลับ',
    en: 'The chain is broken here: this event, or one before it, was altered, added, removed or moved.',
  },
  'head-differs': { th: 'ปลายของพาร์ทิชันไม่ตรงกับที่จดไว้', en: 'The partition does not end where its head says.' },
  'seal-differs': {
    th: 'เหตุการณ์จนถึงตรงนี้ไม่ตรงกับที่ประทับตราไว้ ประวัติถูกเขียนใหม่',
    en: 'The events up to here are not those that were sealed: history was rewritten.',
  },
  'cut-off': { th: 'เหตุการณ์ท้ายที่ประทับตราไว้แล้วถูกตัดออก', en: 'Events that had been sealed were cut off the end.' },
  unreadable: { th: 'อ่านเหตุการณ์ตรงนี้ไม่ได้', en: 'The event here cannot be read.' },
  'stream-broken': {
    th: 'ลำดับรุ่นของสตรีมไม่ต่อเนื่อง หรือชี้ไปสตรีมอื่น',
    en: 'The versions of its stream are not dense, or it is filed under another stream.',
  },
  'command-broken': {
    th: 'คำสั่งของเหตุการณ์นี้ไม่อยู่ในทะเบียน หรือทะเบียนชี้ไปที่อื่น',
    en: 'The command of this event is not on record, or its record points elsewhere.',
  },
};

/** The sentence for people that belongs to a finding. */
export function findingOf(
  code: FindingCode,
  place: {
    readonly context: ContextName;
    readonly partition: number;
    readonly seq: number;
    readonly eventId?: string | undefined;
  },
): Finding {
  const { context, partition, seq, eventId } = place;
  return { context, partition, seq, ...(eventId === undefined ? {} : { eventId }), code, sentence: sentences[code] };
}

/**
 * Verifies one partition, event by event in the order of their places: density, content hash over the stored bytes, chain, times, and the
 * tree roots that seals fixed. Stops at the first thing wrong; memory does not grow with the log.
 */
export class PartitionVerifier {
  private seq = 0;
  private previous = genesisHash;
  private recordedAt = '';
  private readonly frontier = MerkleFrontier.empty();
  private readonly sealed: SealedPartition[];
  private found: Finding | undefined;

  /** @param sealed what seals say of this partition, in any order */
  constructor(
    readonly context: ContextName,
    readonly partition: number,
    sealed: readonly SealedPartition[],
  ) {
    this.sealed = [...sealed].sort((one, other) => one.size - other.size);
  }

  /** Events verified so far. */
  get events(): number {
    return this.seq;
  }

  get chainHash(): string {
    return this.previous;
  }

  get finding(): Finding | undefined {
    return this.found;
  }

  /** Takes what stands at the next place; false once something is wrong. */
  take(event: StoredEvent): boolean {
    if (this.found !== undefined) return false;
    this.seq += 1;
    const code = this.faultOf(event);
    if (code !== undefined) {
      this.found = findingOf(code, {
        context: this.context,
        partition: this.partition,
        seq: this.seq,
        eventId: event.id,
      });
      return false;
    }
    this.recordedAt = event.recordedAt;
    return true;
  }

  /** Notes something that the store itself found wrong at a place, e.g. that a row cannot be read. */
  fault(code: FindingCode, seq: number, eventId?: string): void {
    this.found ??= findingOf(code, { context: this.context, partition: this.partition, seq, eventId });
  }

  /** What is wrong with the partition as a whole, once all its events were taken; `head` is what the store says of its end. */
  end(head: { readonly seq: number; readonly chainHash: string } | undefined): Finding | undefined {
    const { context, partition, seq } = this;
    if (this.found !== undefined) return this.found;
    const behind = this.sealed.find(({ size }) => size > seq);
    if (behind !== undefined) this.fault('cut-off', seq + 1);
    else if (seq < (head?.seq ?? 0)) this.fault('missing', seq + 1);
    else if (seq > (head?.seq ?? 0)) this.fault('added', (head?.seq ?? 0) + 1);
    else if (head !== undefined && head.chainHash !== this.previous) {
      this.found = findingOf('head-differs', { context, partition, seq });
    }
    return this.found;
  }

  private faultOf(event: StoredEvent): FindingCode | undefined {
    if (event.context !== this.context || event.partition !== this.partition) return 'foreign';
    if (event.seq !== this.seq) return event.seq > this.seq ? 'missing' : 'reordered';
    const contentHash = contentHashOf(event, event.body);
    if (contentHash !== event.contentHash) return 'altered';
    const next = chainHash(this.previous, this.partition, this.seq, event.recordedAt, contentHash);
    if (next !== event.chainHash) return 'chain-broken';
    if (event.recordedAt < this.recordedAt) return 'time-goes-back';
    this.previous = next;
    this.frontier.add(leafHashOf(event));
    while (this.sealed[0]?.size === this.seq) {
      const seal = this.sealed.shift() as SealedPartition;
      if (seal.root !== this.frontier.root().toString('hex') || seal.chainHash !== next) return 'seal-differs';
    }
    return undefined;
  }
}
