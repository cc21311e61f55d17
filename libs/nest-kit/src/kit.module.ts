import type { ContextName } from '@faemban/contracts';
import type { DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { INTERNAL_ACCESS, type InternalAccess } from './http/internal';
import { IntegrityController } from './integrity/integrity.controller';
import { SEAL_PLAN, Seals, type SealPlan } from './integrity/seals.service';
import { Verifications } from './integrity/verifications.service';
import { LogController, OWN_CONTEXTS } from './log/log.controller';
import { HealthRegistry } from './operations/health';
import { Metrics } from './operations/metrics';
import { OperationsController } from './operations/operations.controller';
import { SERVER_STATE, type ServerState } from './operations/server-state';
import { ParkingController } from './parking/parking.controller';
import { Replays } from './parking/replays';
import { PLATFORM, type Platform } from './platform';
import { Certificates } from './rebuild/certificates';
import { Rebuilds } from './rebuild/rebuilds';
import { RebuildsController } from './rebuild/rebuilds.controller';
import { RUNNERS, type Runners } from './runners/runners';

/** What every module of a server may inject: the platform, the runners, health and metrics. */
export function kitModule(parts: {
  readonly platform: Platform;
  readonly runners: Runners;
  readonly health: HealthRegistry;
  readonly metrics: Metrics;
  readonly state: ServerState;
  readonly sealPlan: SealPlan;
  readonly internalAccess: InternalAccess;
  readonly ownContexts: readonly ContextName[];
}): DynamicModule {
  class Kit {}
  const providers = [
    { provide: PLATFORM, useValue: parts.platform },
    { provide: RUNNERS, useValue: parts.runners },
    { provide: SERVER_STATE, useValue: parts.state },
    { provide: HealthRegistry, useValue: parts.health },
    { provide: Metrics, useValue: parts.metrics },
    { provide: SEAL_PLAN, useValue: parts.sealPlan },
    { provide: INTERNAL_ACCESS, useValue: parts.internalAccess },
    { provide: OWN_CONTEXTS, useValue: parts.ownContexts },
  ];
  return {
    module: Kit,
    global: true,
    imports: [CqrsModule],
    controllers: [OperationsController, ParkingController, RebuildsController, IntegrityController, LogController],
    providers: [...providers, Replays, Rebuilds, Certificates, Seals, Verifications],
    exports: providers.map(({ provide }) => provide),
  };
}
