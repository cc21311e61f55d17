import { join, resolve } from 'node:path';
import { personVaultPort } from '@faemban/contracts';
import type { CommandHandler, Sentence } from '@faemban/event-sourcing';
import {
  commandHandlerToken,
  contextModule,
  HealthRegistry,
  Metrics,
  PersonVaultController,
  PLATFORM,
  type Platform,
} from '@faemban/nest-kit';
import {
  type DynamicModule,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { type IdentityVerificationConfig, identityVerificationConfigSchema } from './config';
import { PersonCommand } from './persons/person.command';
import { personAggregate, type PersonInput } from './persons/person.decisions';
import { PersonsController } from './persons/persons.controller';
import { createKeyedHashes } from './vault/keyed-hashes.keys';
import { readVaultKeys } from './vault/key-file.keys';
import { EmbeddedPersonVault } from './vault/person-vault.service';
import { createSealing } from './vault/sealing.keys';
import type { Missing } from './vault/vault-store';
import { openVaultStore } from './vault/vault.store';

/** Every aggregate of identity verification, for whoever folds its streams. */
export const identityVerificationAggregates = [personAggregate] as const;

/** Tells whom the vault's files lack, and closes them once every batch is done. */
@Injectable()
class VaultFiles implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(EmbeddedPersonVault) private readonly vault: EmbeddedPersonVault,
    @Inject(HealthRegistry) private readonly health: HealthRegistry,
    @Inject(Metrics) metrics: Metrics,
  ) {
    metrics.gauge('faemban_vault_missing_persons', 'Persons whom events name and the vault lacks.', [], (gauge) =>
      gauge.set(vault.missing()?.persons ?? 0),
    );
  }

  onApplicationBootstrap(): void {
    this.health.add('vault', () => {
      const missing = this.vault.missing();
      return missing === undefined ? { ready: true } : { ready: true, waitingFor: missingSentence(missing) };
    });
  }

  onApplicationShutdown(): Promise<void> {
    return this.vault.close();
  }
}

function missingSentence({ persons, from, to }: Missing): Sentence {
  const count = persons.toLocaleString('en-US');
  return {
    th: `ทะเบียนบุคคลที่กู้คืนมาไม่มีชื่อและเลขของ ${count} คนที่บันทึกระหว่าง ${from} ถึง ${to} ส่งแฟ้มของการนำเข้าในช่วงนั้นอีกครั้ง`,
    en: `The vault that was put back lacks the names and numbers of ${count} persons recorded from ${from} to ${to}. Send the files of the imports of that time again.`,
  };
}

/**
 * Identity verification: the person vault. Global, so that ingestion finds `personVaultPort`. Needs the PLATFORM of the server it is
 * part of, and keeps its files below its data folder.
 */
export class IdentityVerificationModule {
  static register(config: Partial<IdentityVerificationConfig> = {}): DynamicModule {
    const { keysFolder, vaultFolder } = identityVerificationConfigSchema.parse(config);
    const vault = {
      provide: EmbeddedPersonVault,
      inject: [PLATFORM, commandHandlerToken(personAggregate)],
      useFactory: async (platform: Platform, handler: CommandHandler<PersonInput>) => {
        const keysDir = resolve(platform.dataDir, keysFolder);
        const keys = readVaultKeys(join(keysDir, 'identity-verification.key'));
        const store = openVaultStore({
          keys: join(keysDir, 'identity-verification.sqlite'),
          entries: join(platform.dataDir, vaultFolder, 'vault.sqlite'),
        });
        const opened = new EmbeddedPersonVault({
          store,
          handler,
          hashes: createKeyedHashes(keys.matching),
          sealing: createSealing(keys.sealing),
          log: platform.log,
          clock: platform.clock,
          ids: platform.ids,
        });
        await opened.resume();
        return opened;
      },
    };
    const context = contextModule({
      name: 'identity-verification',
      aggregates: [{ aggregate: personAggregate, command: PersonCommand }],
      controllers: [PersonsController, PersonVaultController],
      providers: [vault, VaultFiles, { provide: personVaultPort, useExisting: EmbeddedPersonVault }],
      exports: [personVaultPort],
    });
    return { ...context, global: true };
  }
}
