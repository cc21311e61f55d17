import {
  numbersSchema,
  personBatchSchema,
  personVaultPort,
  type NumberMatch,
  type PersonVault,
  type RecordedHousehold,
} from '@faemban/contracts';
import { Controller, HttpCode, Inject, Post } from '@nestjs/common';
import type { z } from 'zod';
import { Internal } from '../http/internal';
import { zodBody } from '../http/validation';

/** The person vault of this process for ingestion in another one. Personal data is in bodies only, and in nothing that is logged. */
@Internal()
@Controller('vault')
export class PersonVaultController {
  constructor(@Inject(personVaultPort) private readonly vault: PersonVault) {}

  @Post('persons')
  @HttpCode(200)
  async record(
    @zodBody(personBatchSchema) batch: z.output<typeof personBatchSchema>,
  ): Promise<{ households: readonly RecordedHousehold[] }> {
    return { households: await this.vault.recordPersons(batch) };
  }

  @Post('lookups')
  @HttpCode(200)
  async find(
    @zodBody(numbersSchema) { numbers }: z.output<typeof numbersSchema>,
  ): Promise<{ matches: readonly NumberMatch[] }> {
    return { matches: await this.vault.findByNumbers(numbers) };
  }
}
