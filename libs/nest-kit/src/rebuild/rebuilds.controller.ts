import type { Certificate, CommandContext, SignedDocument } from '@faemban/event-sourcing';
import { Controller, Get, Header, HttpCode, Inject, Post, Sse } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { map, type Observable } from 'rxjs';
import { z } from 'zod';
import { Taken } from '../http/taken';
import { zodBody, zodParams } from '../http/validation';
import { PLATFORM, type Platform } from '../platform';
import { Certificates } from './certificates';
import { signedReport, type RebuildReport } from './rebuild-report';
import { Rebuilds, type RebuildStatus } from './rebuilds';
import { reportPage } from './report-page';

const viewName = z.string().regex(/^[a-z][a-z0-9-]{0,59}$/);
const wish = z.strictObject({
  view: viewName,
  /** Whether it goes into service by itself where it equals the live one. */
  switch: z.boolean().default(true),
  expectDifferences: z.string().trim().min(1).max(200).optional(),
});
const oneRebuild = z.object({ rebuildId: z.uuid() });
type OneRebuild = z.infer<typeof oneRebuild>;

/** Rebuilding read models from the log, and what they are complete through. */
@ApiTags('rebuilds')
@Controller()
export class RebuildsController {
  constructor(
    @Inject(Rebuilds) private readonly rebuilds: Rebuilds,
    @Inject(Certificates) private readonly certificates: Certificates,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  @Post('rebuilds')
  @HttpCode(202)
  @ApiOperation({ summary: 'Rebuild a view from the log, beside the one in service.' })
  async start(@zodBody(wish) body: z.infer<typeof wish>, @Taken() by: CommandContext): Promise<RebuildStatus> {
    const { view, switch: switchesItself, expectDifferences: expectedDifferences } = body;
    return this.rebuilds.start(
      { view, switchesItself, ...(expectedDifferences === undefined ? {} : { expectedDifferences }) },
      by,
    );
  }

  @Get('rebuilds')
  @ApiOperation({ summary: 'Every rebuild, the latest first.' })
  list(): { items: readonly RebuildStatus[] } {
    return { items: this.rebuilds.list() };
  }

  @Get('rebuilds/:rebuildId')
  @ApiOperation({ summary: 'How a rebuild stands: state, events per second, seconds to go.' })
  one(@zodParams(oneRebuild) { rebuildId }: OneRebuild): RebuildStatus {
    return this.rebuilds.status(rebuildId);
  }

  @Sse('rebuilds/:rebuildId/events')
  @ApiOperation({ summary: 'The same as a stream of server-sent events, until it ends.' })
  events(@zodParams(oneRebuild) { rebuildId }: OneRebuild): Observable<{ data: RebuildStatus }> {
    return this.rebuilds.watch(rebuildId).pipe(map((data) => ({ data })));
  }

  @Post('rebuilds/:rebuildId/pause')
  @HttpCode(200)
  @ApiOperation({ summary: 'Hold it back; it stays held over a restart.' })
  async pause(@zodParams(oneRebuild) { rebuildId }: OneRebuild, @Taken() _by: CommandContext): Promise<RebuildStatus> {
    return this.rebuilds.pause(rebuildId, true);
  }

  @Post('rebuilds/:rebuildId/resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let it go on.' })
  async resume(@zodParams(oneRebuild) { rebuildId }: OneRebuild, @Taken() _by: CommandContext): Promise<RebuildStatus> {
    return this.rebuilds.pause(rebuildId, false);
  }

  @Post('rebuilds/:rebuildId/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'End it; the one in service stays.' })
  async cancel(@zodParams(oneRebuild) { rebuildId }: OneRebuild, @Taken() _by: CommandContext): Promise<RebuildStatus> {
    return this.rebuilds.cancel(rebuildId);
  }

  @Post('rebuilds/:rebuildId/switch')
  @HttpCode(200)
  @ApiOperation({ summary: 'Put a verified one into service.' })
  async switch(@zodParams(oneRebuild) { rebuildId }: OneRebuild, @Taken() by: CommandContext): Promise<RebuildStatus> {
    return this.rebuilds.switch(rebuildId, by);
  }

  @Get('rebuilds/:rebuildId/report')
  @Header('content-type', 'text/html; charset=utf-8')
  @ApiOperation({ summary: 'The report as a page to read and print.' })
  async page(@zodParams(oneRebuild) { rebuildId }: OneRebuild): Promise<string> {
    return reportPage(await signedReport(this.platform, this.rebuilds.record(rebuildId)));
  }

  @Get('rebuilds/:rebuildId/report.json')
  @ApiOperation({ summary: 'The report, signed.' })
  async report(@zodParams(oneRebuild) { rebuildId }: OneRebuild): Promise<SignedDocument<RebuildReport>> {
    return signedReport(this.platform, this.rebuilds.record(rebuildId));
  }

  @Get('certificates/:view')
  @ApiOperation({ summary: 'Up to where a view is complete, what it consists of, and what is missing; signed.' })
  async certificate(
    @zodParams(z.object({ view: viewName })) { view }: { view: string },
  ): Promise<SignedDocument<Certificate>> {
    return this.certificates.take(view);
  }
}
