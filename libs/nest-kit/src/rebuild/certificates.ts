import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ContextName } from '@faemban/contracts';
import {
  asViewShape,
  completeThrough,
  digestGeneration,
  signDocument,
  totalsOf,
  type Certificate,
  type ParkedEvent,
  type ParkedEvents,
  type ParkedException,
  type PinnedGenerations,
  type SignedDocument,
} from '@faemban/event-sourcing';
import { Inject, Injectable } from '@nestjs/common';
import { PLATFORM, type Platform } from '../platform';
import { Rebuilds } from './rebuilds';

/** What kind of document a signed certificate is. */
export const certificateKind = 'completeness-certificate';
/** Parked events named one by one, and read at a time. */
const exceptMax = 1000;
const pageRows = 500;

/** Takes completeness certificates: up to where a read model is complete, what it consists of, and what is missing. */
@Injectable()
export class Certificates {
  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    @Inject(Rebuilds) private readonly rebuilds: Rebuilds,
  ) {}

  /**
   * Reads the whole read model at one moment, giving way to others in between; some seconds for a province.
   * @throws Problem where there is no such view; IntegrityViolation where it has applied what the log does not have
   */
  async take(view: string): Promise<SignedDocument<Certificate>> {
    const { context, readModel } = this.rebuilds.planOf(view);
    const { log, clock, installationId, signer } = this.platform;
    const shape = asViewShape(readModel);
    const generations = await this.platform.views(context).views.generations(shape);
    const generation = (await generations.list()).find(({ isInService }) => isInService)?.generation ?? 0;
    const handle = await generations.open(generation);
    const pinned = await generations.pin();
    try {
      const takenAt = new Date(clock()).toISOString();
      const complete = await completeThrough(log, shape.contexts, await pinned.vector(generation));
      const partitions = await digestGeneration(
        pinned,
        generation,
        log.partitionCount,
        async () => void (await nextTurn()),
      );
      const { documents, counters, parked: exceptTotal } = totalsOf(partitions);
      const certificate: Certificate = {
        installation: installationId,
        view,
        version: shape.version,
        generation,
        takenAt,
        eventsTotal: complete.reduce((sum, { events }) => sum + events, 0),
        complete: complete.filter(({ seq }) => seq > 0),
        documents,
        counters,
        partitions,
        exceptTotal,
        ...(await exceptions(pinned, generation, handle)),
      };
      return signDocument(signer, certificateKind, certificate);
    } finally {
      await pinned.close();
    }
  }
}

/** What is parked at the pinned moment, by name. Why it is parked is asked of what stands now, so it may be gone. */
async function exceptions(
  pinned: PinnedGenerations,
  generation: number,
  handle: Pick<ParkedEvents, 'parkedOf'>,
): Promise<Pick<Certificate, 'exceptSequences' | 'except'>> {
  const except: ParkedException[] = [];
  const reasons = new Map<number, ParkedEvent>();
  let exceptSequences = 0;
  let last: ParkedException | undefined;
  for (let afterKey: string | undefined = ''; afterKey !== undefined;) {
    const rows = await pinned.rows(generation, 'parked', afterKey, pageRows);
    for (const { key, content: eventId } of rows) {
      const event = { ...placeOfKey(key), eventId };
      const isNext = event.context !== last?.context || event.id !== last.id || event.partition !== last.partition;
      last = event;
      if (isNext) exceptSequences += 1;
      if (except.length >= exceptMax) continue;
      if (isNext) {
        reasons.clear();
        for (const one of await handle.parkedOf(event, exceptMax)) reasons.set(one.seq, one);
      }
      const reason = reasons.get(event.seq);
      const why = reason && { cause: reason.cause, code: reason.code, parkedAt: reason.parkedAt };
      except.push({ ...event, ...why });
    }
    afterKey = rows.length < pageRows ? undefined : rows.at(-1)?.key;
    await nextTurn();
  }
  return { exceptSequences, except };
}

/** The key of a parked event: its context, its document or stream, its partition and its seq. */
function placeOfKey(key: string): Pick<ParkedEvent, 'context' | 'id' | 'partition' | 'seq'> {
  const parts = key.split(' ');
  const [seq, partition] = [Number(parts.pop()), Number(parts.pop())];
  const [context = '', ...id] = parts;
  return { context: context as ContextName, id: id.join(' '), partition, seq };
}
