import { IdentityVerificationModule } from '@faemban/identity-verification';
import { IngestionModule } from '@faemban/ingestion';
import { MpiScoringModule } from '@faemban/mpi-scoring';
import { ReportingModule } from '@faemban/reporting';
import type { DynamicModule } from '@nestjs/common';

/** Every bounded context that does something, in one process. */
export function serviceModules(): DynamicModule[] {
  return [
    IdentityVerificationModule.register(),
    IngestionModule.register(),
    MpiScoringModule.register(),
    ReportingModule.register(),
  ];
}
