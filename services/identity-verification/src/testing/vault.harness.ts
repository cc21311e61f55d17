import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PersonBatch, VaultHousehold, VaultMember } from '@faemban/contracts';
import { type CommandHandler, createCommandHandler, type RecordedEvent } from '@faemban/event-sourcing';
import { createMemoryPlatform, type MemoryPlatform } from '@faemban/event-sourcing/testing';
import { personAggregate, type PersonInput } from '../persons/person.decisions';
import { createKeyedHashes } from '../vault/keyed-hashes.keys';
import { EmbeddedPersonVault } from '../vault/person-vault.service';
import { createSealing } from '../vault/sealing.keys';
import { openVaultStore } from '../vault/vault.store';
import type { VaultStore } from '../vault/vault-store';

/** A vault on real files in a folder of its own, with events in memory. It can be opened again, as after a crash. */
export class VaultUnderTest {
  readonly folder = mkdtempSync(join(tmpdir(), 'faemban-vault-'));
  readonly platform: MemoryPlatform = createMemoryPlatform();
  private readonly key = randomBytes(32);
  /** What is asked before a call reaches the files or the events; throws to fail it. */
  failing: (call: string) => void = () => undefined;
  store!: VaultStore;
  vault!: EmbeddedPersonVault;

  constructor() {
    this.open();
  }

  private open(): void {
    const files = openVaultStore({
      keys: join(this.folder, 'keys.sqlite'),
      entries: join(this.folder, 'entries.sqlite'),
    });
    const handler = createCommandHandler({
      aggregate: personAggregate,
      store: this.platform.store('identity-verification'),
    });
    this.store = watched(files, (call) => this.failing(call));
    this.vault = new EmbeddedPersonVault({
      store: this.store,
      handler: watched<CommandHandler<PersonInput>>(handler, (call) => this.failing(call)),
      hashes: createKeyedHashes(this.key),
      sealing: createSealing(this.key),
      log: this.platform.log,
      clock: this.platform.clock,
      ids: this.platform.ids,
    });
  }

  /** Forgets everything in memory and opens the same files again. */
  async reopen(): Promise<void> {
    this.failing = () => undefined;
    await this.vault.close();
    this.open();
    await this.vault.resume();
  }

  /** Copies the files aside; what it answers puts them back over newer ones, as from a backup, and opens them. */
  async backUp(): Promise<() => Promise<void>> {
    await this.reopen();
    const copy = mkdtempSync(join(tmpdir(), 'faemban-vault-copy-'));
    cpSync(this.folder, copy, { recursive: true });
    return async () => {
      await this.vault.close();
      rmSync(this.folder, { recursive: true });
      cpSync(copy, this.folder, { recursive: true });
      rmSync(copy, { recursive: true });
      this.open();
      await this.vault.resume();
    };
  }

  async close(): Promise<void> {
    await this.vault.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async eventsOf(personId: string): Promise<readonly RecordedEvent[]> {
    return this.platform.store('identity-verification').load(`person-${personId}`);
  }

  /** All events of the context. */
  async events(): Promise<readonly RecordedEvent[]> {
    const { log } = this.platform;
    const all: RecordedEvent[] = [];
    for (let partition = 0; partition < log.partitionCount; partition += 1) {
      all.push(...(await log.read('identity-verification', partition, 0, 100_000)));
    }
    return all;
  }
}

function watched<Target extends object>(target: Target, before: (call: string) => void): Target {
  return new Proxy(target, {
    get(of, name, self) {
      const member: unknown = Reflect.get(of, name, self);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => {
        before(String(name));
        return (member as (...given: unknown[]) => unknown).apply(of, given);
      };
    },
  });
}

/** A member with a number; what a test is interested in replaces his own. */
export const aMember = (change: Partial<VaultMember> = {}): VaultMember => ({
  ...{ title: 'นาย', firstName: 'สมชาย', lastName: 'ใจดี', number: '3840000000016' },
  document: { kind: 'citizenId', check: 'passed' },
  ...{ bornOn: '1977-06-01', bornPrecision: 'day' },
  ...change,
});

export const householdOne = '0198b2d0-7c01-7000-8000-000000000001';
export const householdTwo = '0198b2d0-7c01-7000-8000-000000000002';

/** A household of these members. */
export const aHousehold = (householdId: string, ...members: VaultMember[]): VaultHousehold => ({
  householdId,
  area: '8417010101',
  address: { houseCode: '', houseNo: '99/1', moo: '5', soi: 'ซอยวัด', road: '' },
  members,
});

/** A batch of these households in the round of 2561. */
export const aBatch = (batchId: string, households: readonly VaultHousehold[], round = 2561): PersonBatch => ({
  ...{ batchId, round, households, source: 'cdd-bmn', correlationId: batchId },
  actor: { accountId: 'malee', office: 'SEC-P 84', role: 'SEC-P', channel: 'import' },
});
