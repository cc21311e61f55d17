import { personVaultPort, type PersonVault } from '@faemban/contracts';
import type { Sentence } from '@faemban/event-sourcing';
import type { DynamicModule } from '@nestjs/common';
import { HealthRegistry } from '../operations/health';
import type { PeerOptions } from '../peers/peer';
import { httpPersonVault } from './http-person-vault';

/** Where the person vault answers, and the token it asks for. */
export type HttpPersonVaultOptions = Omit<PeerOptions, 'name'>;

/**
 * Offers the vault of another process as `personVaultPort` to every module of this one, in the place of identity-verification's own
 * module. While it does not answer, `/health/ready` has a note that imports wait for it; this process stays ready.
 */
export class HttpPersonVaultModule {
  static register(options: HttpPersonVaultOptions): DynamicModule {
    return {
      module: HttpPersonVaultModule,
      global: true,
      providers: [
        {
          provide: personVaultPort,
          inject: [HealthRegistry],
          useFactory: (health: HealthRegistry) => watched(httpPersonVault(options), health),
        },
      ],
      exports: [personVaultPort],
    };
  }
}

/** The same vault, whose last call is told by the health check `person-vault`. */
function watched(vault: PersonVault, health: HealthRegistry): PersonVault {
  let isAway = false;
  health.add('person-vault', () => (isAway ? { ready: true, note: vaultAway } : { ready: true }));
  const noted = async <Answer>(call: Promise<Answer>): Promise<Answer> => {
    try {
      const answer = await call;
      isAway = false;
      return answer;
    } catch (error) {
      isAway = true;
      throw error;
    }
  };
  return {
    recordPersons: (batch) => noted(vault.recordPersons(batch)),
    findByNumbers: (numbers) => noted(vault.findByNumbers(numbers)),
  };
}

const vaultAway: Sentence = {
  th: 'ทะเบียนบุคคล (identity-verification) ไม่ตอบ การนำเข้ารออยู่และจะทำต่อเองเมื่อกลับมา',
  en: 'The person vault (identity-verification) does not answer. Imports wait and go on by themselves once it is back.',
};
