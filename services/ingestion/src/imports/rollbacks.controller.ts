import { rollbackReasons } from '@faemban/contracts';
import type { CommandContext } from '@faemban/event-sourcing';
import { Taken, zodBody, zodParams } from '@faemban/nest-kit';
import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { Rollbacks, type RollbackView } from './rollbacks.service';

const importParams = z.strictObject({ importId: z.uuid() });
type ImportParams = z.infer<typeof importParams>;
const requestSchema = z.strictObject({ reason: z.enum(rollbackReasons) });

/** Undoing an applied import: one operator asks, it is examined, another approves, and it is undone in the background. */
@Controller('imports/:importId/rollback')
export class RollbacksController {
  constructor(@Inject(Rollbacks) private readonly rollbacks: Rollbacks) {}

  @Post()
  @HttpCode(202)
  request(
    @zodParams(importParams) { importId }: ImportParams,
    @zodBody(requestSchema) { reason }: z.infer<typeof requestSchema>,
    @Taken() context: CommandContext,
  ): Promise<RollbackView> {
    return this.rollbacks.request(importId, reason, context);
  }

  @Get()
  read(@zodParams(importParams) { importId }: ImportParams): Promise<RollbackView> {
    return this.rollbacks.view(importId);
  }

  @Post('approval')
  @HttpCode(202)
  approve(
    @zodParams(importParams) { importId }: ImportParams,
    @Taken() context: CommandContext,
  ): Promise<RollbackView> {
    return this.rollbacks.approve(importId, context);
  }

  @Post('refusal')
  @HttpCode(200)
  decline(
    @zodParams(importParams) { importId }: ImportParams,
    @Taken() context: CommandContext,
  ): Promise<RollbackView> {
    return this.rollbacks.decline(importId, context);
  }
}
