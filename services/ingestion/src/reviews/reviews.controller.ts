import { sourceSchema } from '@faemban/contracts';
import type { CommandContext } from '@faemban/event-sourcing';
import { decodeCursor, encodeCursor, pageQuery, Taken, zodBody, zodParams, zodQuery } from '@faemban/nest-kit';
import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import type { KnownMapping } from '../areas/area-mappings.store';
import { AreaMappingDecisions } from '../areas/area-mappings.service';
import { TOOLS } from '../process/tokens';
import type { Tools } from '../process/tools';
import { reviewCounts, type ReviewCount, reviewPage, type ReviewItem } from './reviews.queries';
import { waitingKinds } from './waiting.store';

const filter = {
  kind: z.enum(waitingKinds).optional(),
  source: sourceSchema.optional(),
  area: z
    .string()
    .regex(/^\d{2,10}$/)
    .optional(),
};
const listQuery = z.strictObject({ ...pageQuery, ...filter });
const countQuery = z.strictObject(filter);
const placeSchema = z.tuple([z.number().int(), z.number().int()]);
const targetSchema = z.string().regex(/^(\d{6}|\d{10})$/);
const proposalSchema = z.strictObject({
  source: sourceSchema,
  sourceCode: z.string().regex(/^\d{10}$/),
  target: targetSchema,
});
const mappingParams = z.strictObject({ mappingId: z.uuid() });
type MappingParams = z.infer<typeof mappingParams>;
const approvalSchema = z.strictObject({ target: targetSchema });

/** The queue of what waits for somebody to look at it, over all imports, and the mapping of area codes that empties it. */
@Controller()
export class ReviewsController {
  constructor(
    @Inject(TOOLS) private readonly tools: Tools,
    @Inject(AreaMappingDecisions) private readonly mappings: AreaMappingDecisions,
  ) {}

  @Get('reviews')
  list(@zodQuery(listQuery) { after, limit, ...wanted }: z.infer<typeof listQuery>): {
    readonly items: readonly ReviewItem[];
    readonly next?: string;
  } {
    const from: readonly [number, number] = after === undefined ? [0, 0] : decodeCursor(placeSchema, after);
    const { items, last } = reviewPage(this.tools, wanted, from, limit);
    return last === undefined ? { items } : { items, next: encodeCursor(last) };
  }

  @Get('reviews/counts')
  counts(@zodQuery(countQuery) wanted: z.infer<typeof countQuery>): { readonly items: readonly ReviewCount[] } {
    return { items: reviewCounts(this.tools, wanted) };
  }

  @Get('area-mappings')
  known(): { readonly items: readonly KnownMapping[] } {
    return { items: this.tools.mappings.all() };
  }

  @Post('area-mappings')
  @HttpCode(200)
  propose(
    @zodBody(proposalSchema) wanted: z.infer<typeof proposalSchema>,
    @Taken() context: CommandContext,
  ): Promise<KnownMapping> {
    return this.mappings.propose(wanted, context);
  }

  @Post('area-mappings/:mappingId/approval')
  @HttpCode(202)
  approve(
    @zodParams(mappingParams) { mappingId }: MappingParams,
    @zodBody(approvalSchema) { target }: z.infer<typeof approvalSchema>,
    @Taken() context: CommandContext,
  ): Promise<KnownMapping> {
    return this.mappings.approve(mappingId, target, context);
  }

  @Post('area-mappings/:mappingId/refusal')
  @HttpCode(200)
  decline(
    @zodParams(mappingParams) { mappingId }: MappingParams,
    @Taken() context: CommandContext,
  ): Promise<KnownMapping> {
    return this.mappings.decline(mappingId, context);
  }
}
