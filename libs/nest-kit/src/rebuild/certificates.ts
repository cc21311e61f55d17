import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  asViewShape,
  completeThrough,
  digestGeneration,
  signDocument,
  totalsOf,
  type Certificate,
  type SignedDocument,
} from '@faemban/event-sourcing';
import { Inject, Injectable } from '@nestjs/common';
import { PLATFORM, type Platform } from '../platform';
import { Rebuilds } from './rebuilds';

/** What kind of document a signed certificate is. */
export const certificateKind = 'completeness-certificate';
/** Parked events named one by one. */
const exceptMax = 100;

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
    const parked = await (await generations.open(generation)).parked(exceptMax);
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
        except: parked.events.map(({ view: _view, message: _message, ...event }) => event),
      };
      return signDocument(signer, certificateKind, certificate);
    } finally {
      await pinned.close();
    }
  }
}
