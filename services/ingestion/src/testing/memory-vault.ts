import {
  type NumberMatch,
  type PersonBatch,
  type PersonVault,
  personVaultPort,
  type RecordedHousehold,
} from '@faemban/contracts';
import { deterministicId } from '@faemban/event-sourcing';
import type { DynamicModule } from '@nestjs/common';

interface Kept {
  readonly personId: string;
  readonly householdId: string;
  readonly name: string;
}

/** A person vault in memory, which recognises people by number and name. It can be told to be away. */
export class MemoryVault implements PersonVault {
  readonly batches: PersonBatch[] = [];
  isAway = false;
  /** Called after every batch, before its answer arrives. */
  afterBatch: () => void = () => undefined;
  private readonly byNumber = new Map<string, Kept[]>();
  private generation = 0;

  /** Forgets everybody, as a vault whose files are put back from before them. Who comes again gets another id, unless one is told. */
  forget(): void {
    this.byNumber.clear();
    this.generation += 1;
  }

  async recordPersons(batch: PersonBatch): Promise<readonly RecordedHousehold[]> {
    if (this.isAway) throw new Error('The vault is away.');
    this.batches.push(batch);
    const recorded = batch.households.map(({ householdId, members }) => ({
      householdId,
      personIds: members.map(({ personId: told, number, firstName, lastName }) => {
        const name = `${firstName} ${lastName}`;
        const holders = this.byNumber.get(number) ?? [];
        const known = number === '' ? undefined : holders.find((holder) => holder.name === name);
        if (known) return known.personId;
        const personId = told ?? deterministicId('person', householdId, number, name, this.generation);
        if (number !== '') this.byNumber.set(number, [...holders, { personId, householdId, name }]);
        return personId;
      }),
    }));
    this.afterBatch();
    return recorded;
  }

  async findByNumbers(numbers: readonly string[]): Promise<readonly NumberMatch[]> {
    return numbers.map((number): NumberMatch => {
      const [holder, other] = this.byNumber.get(number) ?? [];
      if (holder === undefined) return { found: 'none' };
      if (other !== undefined) return { found: 'several' };
      const { personId, householdId } = holder;
      return { found: 'one', personId, householdId, document: { kind: 'citizenId', check: 'passed' } };
    });
  }

  /** The module that offers this vault to a server. */
  asModule(): DynamicModule {
    class Vault {}
    return {
      module: Vault,
      global: true,
      providers: [{ provide: personVaultPort, useValue: this }],
      exports: [personVaultPort],
    };
  }
}
