import { contextNames, type ContextName } from '@faemban/contracts';
import type { Head, LogPlace } from '@faemban/event-sourcing';
import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Internal } from '../http/internal';
import { Problem } from '../http/problem';
import { zodParams, zodQuery } from '../http/validation';
import { PLATFORM, type Platform } from '../platform';
import { logAnswerBytesMax, logAnswerItemsMax } from './log-answers';

/** The contexts whose log this process owns and gives to others. */
export const OWN_CONTEXTS = Symbol('OWN_CONTEXTS');

const seqMax = Number.MAX_SAFE_INTEGER - logAnswerItemsMax;
const contextParams = z.object({ context: z.enum(contextNames) });
const partitionParams = z.object({ context: z.enum(contextNames), partition: z.coerce.number().int().min(0) });
const rangeQuery = z.object({
  after: z.coerce.number().int().min(0).max(seqMax).default(0),
  limit: z.coerce.number().int().min(1).max(logAnswerItemsMax).default(logAnswerItemsMax),
});
type Range = z.infer<typeof rangeQuery>;
type PartitionParams = z.infer<typeof partitionParams>;

/** The log of this process's contexts, for the other processes of the platform. */
@Internal()
@Controller('log')
export class LogController {
  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    @Inject(OWN_CONTEXTS) private readonly own: readonly ContextName[],
  ) {}

  @Get(':context/heads')
  async heads(
    @zodParams(contextParams) { context }: z.infer<typeof contextParams>,
  ): Promise<{ heads: readonly Head[] }> {
    return { heads: await this.platform.log.heads(this.ownContext(context)) };
  }

  @Get(':context/:partition/events')
  async events(
    @zodParams(partitionParams) params: PartitionParams,
    @zodQuery(rangeQuery) { after, limit }: Range,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { context, partition } = this.ownPartition(params);
    const pieces: string[] = [];
    let bytes = 0;
    for (let reached = after; pieces.length < limit && bytes < logAnswerBytesMax;) {
      const asked = Math.min(readAtOnce, limit - pieces.length);
      const events = await this.platform.log.read(context, partition, reached, asked);
      for (const event of events) {
        if (bytes >= logAnswerBytesMax) break;
        const json = JSON.stringify(event);
        pieces.push(json);
        bytes += Buffer.byteLength(json);
        reached = event.seq;
      }
      if (events.length < asked) break;
    }
    const isCut = pieces.length < limit && bytes >= logAnswerBytesMax;
    void reply.header('content-type', 'application/json; charset=utf-8');
    return `{"events":[${pieces.join(',')}],"isCut":${isCut}}`;
  }

  @Get(':context/:partition/places')
  async places(
    @zodParams(partitionParams) params: PartitionParams,
    @zodQuery(rangeQuery) { after, limit }: Range,
  ): Promise<{ places: readonly LogPlace[] }> {
    const { context, partition } = this.ownPartition(params);
    const places = await this.platform.log.places(context, partition, after, limit);
    // Logs may give more of an event than its place.
    return { places: places.map((place) => pick(place)) };
  }

  private ownContext(context: ContextName): ContextName {
    if (this.own.includes(context)) return context;
    throw new Problem(404, 'log-not-here', {
      th: `บันทึกเหตุการณ์ของ ${context} ไม่ได้อยู่ที่บริการนี้ ให้ถามบริการที่เป็นเจ้าของ`,
      en: `The log of ${context} is not this service's. Ask the one that owns it.`,
    });
  }

  private ownPartition({ context, partition }: PartitionParams): PartitionParams {
    const { partitionCount } = this.platform.log;
    if (partition < partitionCount) return { context: this.ownContext(context), partition };
    throw new Problem(404, 'partition-unknown', {
      th: `บันทึกนี้มี ${partitionCount} ส่วน เริ่มจาก 0`,
      en: `This log has ${partitionCount} partitions, from 0.`,
    });
  }
}

const pick = ({ partition, seq, recordedAt, contentHash, chainHash, type }: LogPlace): LogPlace => {
  return { partition, seq, recordedAt, contentHash, chainHash, type };
};

/** Events taken from the log in one piece. The largest event has 256 KiB, so that 100 of them are bounded memory. */
const readAtOnce = 100;
