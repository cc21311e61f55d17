import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { zodQuery } from '../http/validation';
import { PLATFORM, type Platform } from '../platform';
import { RUNNERS, type Runners } from '../runners/runners';
import { HealthRegistry, type Health } from './health';
import { Metrics } from './metrics';
import { SERVER_STATE, type ServerState } from './server-state';
import { serverStatus, type ServerStatus } from './server-status';

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((value) => value === 'true');
const statusQuery = z.strictObject({ vectors: flag });

/** What operations staff watch. */
@ApiTags('operations')
@Controller()
export class OperationsController {
  constructor(
    @Inject(PLATFORM) private readonly platform: Platform,
    @Inject(RUNNERS) private readonly runners: Runners,
    @Inject(SERVER_STATE) private readonly state: ServerState,
    private readonly health: HealthRegistry,
    private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  @ApiOperation({ summary: 'The process answers.' })
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('health/ready')
  @ApiOperation({ summary: 'Ready to serve, or 503 and what it waits for, in words.' })
  async ready(
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ status: 'ready' | 'waiting'; inCharge: boolean; checks: readonly ({ name: string } & Health)[] }> {
    const { ready, checks } = await this.health.readiness();
    void reply.status(ready ? 200 : 503);
    // Of several processes of a service, one seals, rebuilds and replays: whoever routes such requests asks for it here.
    return { status: ready ? 'ready' : 'waiting', inCharge: this.platform.isInCharge?.() ?? true, checks };
  }

  @Get('metrics')
  @ApiOperation({ summary: 'Prometheus metrics.' })
  async prometheus(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.header('content-type', this.metrics.registry.contentType);
    return this.metrics.registry.metrics();
  }

  @Get('status')
  @ApiOperation({ summary: 'Events per context, and every view and policy with its lag and what is parked.' })
  async status(@zodQuery(statusQuery) { vectors }: z.infer<typeof statusQuery>): Promise<ServerStatus> {
    const status = await serverStatus(this.platform, this.runners, this.state);
    return vectors
      ? status
      : { ...status, runners: status.runners.map(({ vector: _vector, heads: _heads, ...runner }) => runner) };
  }
}
