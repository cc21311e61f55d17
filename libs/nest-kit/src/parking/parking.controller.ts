import type { CommandContext } from '@faemban/event-sourcing';
import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { pageQuery } from '../http/cursors';
import { Taken } from '../http/taken';
import { zodBody, zodParams, zodQuery } from '../http/validation';
import { PLATFORM, type Platform } from '../platform';
import { RUNNERS, type Runners } from '../runners/runners';
import { listParked, type ParkedList } from './parked-list';
import { Replays, type ReplayStatus } from './replays';

/** A hundred years: nothing is older. */
const ageSecondsMax = 100 * 366 * 86_400;
const view = z.string().regex(/^[a-z][a-z0-9-]{0,59}$/);
const household = z.uuid().toLowerCase();
const cause = z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/);
const parkedQuery = z.strictObject({
  view: view.optional(),
  household: household.optional(),
  /** A cause (`poison`, `invalid`, `behind`) or the code of one. */
  cause: cause.optional(),
  olderThanSeconds: z.coerce.number().int().min(0).max(ageSecondsMax).optional(),
  ...pageQuery,
});
const wish = z
  .strictObject({
    view,
    /** Finds out what would happen, and changes nothing. */
    dryRun: z.boolean(),
    household: household.optional(),
    cause: cause.optional(),
    all: z.literal(true).optional(),
  })
  .refine((asked) => [asked.household, asked.cause, asked.all].filter((one) => one !== undefined).length === 1, {
    message: 'exactly one of household, cause and all is given',
  });
const oneReplay = z.object({ replayId: z.uuid().toLowerCase() });
type OneReplay = z.infer<typeof oneReplay>;

/** What could not be applied, and its replay. There is no way to drop it: what is recorded is either applied or named as missing. */
@ApiTags('parked events')
@Controller('parked')
export class ParkingController {
  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    @Inject(RUNNERS) private readonly runners: Runners,
    @Inject(Replays) private readonly replays: Replays,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What could not be applied: summed up by cause, and household by household, with its age.' })
  async list(@zodQuery(parkedQuery) asked: z.infer<typeof parkedQuery>): Promise<ParkedList> {
    const { olderThanSeconds, view: ofView, household: ofHousehold, cause: ofCause, after, limit } = asked;
    const nowMs = this.platform.clock();
    return listParked(
      this.runners,
      {
        limit,
        ...(ofView === undefined ? {} : { view: ofView }),
        ...(ofHousehold === undefined ? {} : { household: ofHousehold }),
        ...(ofCause === undefined ? {} : { cause: ofCause }),
        ...(after === undefined ? {} : { after }),
        ...(olderThanSeconds === undefined
          ? {}
          : { parkedBefore: new Date(nowMs - olderThanSeconds * 1000).toISOString() }),
      },
      nowMs,
    );
  }

  @Post('replays')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Replay what is parked, in order: of one household, one cause, or all; or find out what would happen.',
  })
  async start(@zodBody(wish) body: z.infer<typeof wish>, @Taken() by: CommandContext): Promise<ReplayStatus> {
    const { dryRun: isDryRun, view: ofView, household: ofHousehold, cause: ofCause } = body;
    return this.replays.start(
      {
        view: ofView,
        isDryRun,
        ...(ofHousehold === undefined ? {} : { household: ofHousehold }),
        ...(ofCause === undefined ? {} : { cause: ofCause }),
      },
      by,
    );
  }

  @Get('replays')
  @ApiOperation({ summary: 'The replays and dry runs since the start of the server, the latest first.' })
  all(): { items: readonly ReplayStatus[] } {
    return { items: this.replays.list() };
  }

  @Get('replays/:replayId')
  @ApiOperation({
    summary: 'How a replay stands, and what it did; replays of before the last start as the log has them.',
  })
  async one(@zodParams(oneReplay) { replayId }: OneReplay): Promise<ReplayStatus> {
    return this.replays.status(replayId);
  }

  @Post('replays/:replayId/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'End it behind the piece in hand; what is left stays parked, in order.' })
  async cancel(@zodParams(oneReplay) { replayId }: OneReplay, @Taken() _by: CommandContext): Promise<ReplayStatus> {
    return this.replays.cancel(replayId);
  }
}
