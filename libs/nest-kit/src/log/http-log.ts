import type { ContextName } from '@faemban/contracts';
import {
  contentHashOf,
  IntegrityViolation,
  serializeData,
  StoreRefused,
  type EventLog,
  type LoggedEvent,
  type LogPlace,
} from '@faemban/event-sourcing';
import type { z } from 'zod';
import { createPeer, type PeerOptions } from '../peers/peer';
import { eventsAnswer, headsAnswer, logAnswerItemsMax, placesAnswer } from './log-answers';

/** Which context's log is read, and where it is served. `partitionCount` is what this process was set up with. */
export interface HttpLogOptions extends Omit<PeerOptions, 'name'> {
  readonly context: ContextName;
  readonly partitionCount: number;
}

/**
 * Another service's log, read over its internal routes; the answers of the {@link EventLog} port, event for event. Every event is checked
 * against its content hash, and every answer must go on where the last one ended.
 * Its calls throw `PeerUnavailable` (transient) where nobody answers as a log does, `IntegrityViolation` where an event was altered or
 * stands in the wrong place, `StoreRefused` where that installation has another number of partitions.
 */
export function httpLog({
  context,
  partitionCount,
  ...options
}: HttpLogOptions): Pick<EventLog, 'heads' | 'read' | 'places'> {
  const peer = createPeer({ ...options, name: `The log of ${context}` });
  const requireOwn = (asked: ContextName): void => {
    if (asked !== context) throw new RangeError(`This reads the log of ${context}, not of ${asked}.`);
  };
  const path = (partition: number, what: string, after: number, limit: number): string =>
    `/log/${context}/${partition}/${what}?after=${after}&limit=${Math.min(limit, logAnswerItemsMax)}`;

  return {
    async heads(asked) {
      requireOwn(asked);
      const { heads } = await peer.get(`/log/${context}/heads`, headsAnswer);
      if (heads.length !== partitionCount) {
        throw new StoreRefused(
          `The log of ${context} has ${heads.length} partitions, this process was set up with ${partitionCount}. ` +
            'Both must be started with the same FAEMBAN_PARTITION_COUNT. ' +
            `บันทึกของ ${context} มี ${heads.length} ส่วน แต่โปรแกรมนี้ตั้งไว้ ${partitionCount} ให้ตั้ง FAEMBAN_PARTITION_COUNT ให้ตรงกัน`,
        );
      }
      return heads;
    },

    async read(asked, partition, afterSeq, limit) {
      requireOwn(asked);
      const all: LoggedEvent[] = [];
      while (all.length < limit) {
        const after = afterSeq + all.length;
        const wanted = Math.min(limit - all.length, logAnswerItemsMax);
        const { events, isCut } = await peer.get(path(partition, 'events', after, wanted), eventsAnswer);
        for (const [index, event] of events.entries()) all.push(verified(event, context, partition, after + 1 + index));
        if (events.length === 0 || (events.length < wanted && !isCut)) break;
      }
      return all;
    },

    async places(asked, partition, afterSeq, limit) {
      requireOwn(asked);
      const all: LogPlace[] = [];
      while (all.length < limit) {
        const after = afterSeq + all.length;
        const wanted = Math.min(limit - all.length, logAnswerItemsMax);
        const { places } = await peer.get(path(partition, 'places', after, wanted), placesAnswer);
        for (const [index, place] of places.entries()) {
          requirePlace(place, context, partition, after + 1 + index);
          all.push(place);
        }
        if (places.length < wanted) break;
      }
      return all;
    },
  };
}

/** The event as the port gives it, once it stands where it should and hashes to what it says. */
function verified(
  event: z.output<typeof eventsAnswer>['events'][number],
  context: ContextName,
  partition: number,
  seq: number,
): LoggedEvent {
  requirePlace(event, context, partition, seq);
  if (event.context !== context) throw new IntegrityViolation(context, partition, seq, 'the event belongs elsewhere');
  if (contentHashOf(event, serializeData(event.data)) !== event.contentHash) {
    throw new IntegrityViolation(context, partition, seq, 'the event was altered on its way');
  }
  return event;
}

function requirePlace(place: { partition: number; seq: number }, context: ContextName, partition: number, seq: number) {
  if (place.partition === partition && place.seq === seq) return;
  throw new IntegrityViolation(context, partition, seq, `${place.partition}@${place.seq} was answered for it`);
}
