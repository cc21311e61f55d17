import type { VaultMember } from '@faemban/contracts';
import { commandContext } from '@faemban/event-sourcing/testing';
import { aBatch, aHousehold, aMember, householdOne, householdTwo, VaultUnderTest } from '../testing/vault.harness';

let under: VaultUnderTest;
beforeEach(() => {
  under = new VaultUnderTest();
});
afterEach(() => under.close());

const somchai = aMember();
const child = aMember({
  ...{ firstName: 'ดวงใจ', number: '', bornOn: '2018-02-03' },
  document: { kind: 'none', check: 'notApplicable' },
});
const malee = aMember({ firstName: 'มาลี', number: '3840000000024' });

const record = async (batchId: string, householdId: string, ...members: VaultMember[]): Promise<string[]> => {
  const [recorded] = await under.vault.recordPersons(aBatch(batchId, [aHousehold(householdId, ...members)]));
  return [...(recorded?.personIds ?? [])];
};
const erase = (personId: string): Promise<void> =>
  under.vault.erase({ type: 'ErasePerson', personId, legalBasis: 'pdpa-s33' }, commandContext());
const typesOf = async () => (await under.events()).map(({ type }) => type).sort();

describe('a vault whose files were put back from an older copy', () => {
  test('erases again whom the log says to have been erased since', async () => {
    const [personId = ''] = await record('b1', householdOne, somchai);
    const putBack = await under.backUp();
    const secret = under.store.secretOf(personId);
    await erase(personId);
    await putBack();
    expect(under.store.secretOf(personId)).toBeUndefined();
    expect(under.store.entry(personId)?.sealed).toHaveLength(0);
    expect(secret).toBeDefined();
    expect(under.vault.read(personId)).toEqual({ state: 'erased' });
    expect(await typesOf()).toEqual(['PersonErased', 'PersonRecorded']);
  });

  test('says whom it lacks, and since when', async () => {
    await record('b1', householdOne, somchai);
    const putBack = await under.backUp();
    const [personId = ''] = await record('b2', householdTwo, malee);
    expect(under.vault.missing()).toBeUndefined();
    await putBack();
    const [event] = await under.eventsOf(personId);
    expect(under.vault.missing()).toEqual({ persons: 1, from: event?.recordedAt, to: event?.recordedAt });
    expect(under.vault.read(personId)).toEqual({ state: 'missing' });
    await under.reopen();
    expect(under.vault.missing()).toMatchObject({ persons: 1 });
  });

  test('takes them in again under the ids that events have for them, and announces nobody twice', async () => {
    const putBack = await under.backUp();
    const members = [somchai, child, { ...child }, malee];
    const ids = await record('b1', householdOne, ...members);
    const before = await typesOf();
    await putBack();
    const told = members.map((member, index) => ({ ...member, personId: ids[index] ?? '' }));
    // As after a crash, twice.
    expect(await record('b1', householdOne, ...told)).toEqual(ids);
    expect(await record('b1', householdOne, ...told)).toEqual(ids);
    expect(await typesOf()).toEqual(before);
    expect(under.vault.missing()).toBeUndefined();
    for (const [index, personId] of ids.entries()) {
      const { firstName, number } = members[index] as VaultMember;
      expect(under.vault.read(personId)).toMatchObject({ state: 'kept', data: { firstName, number } });
    }
    // From now on they are known without being told.
    expect(await record('b2', householdOne, ...members)).toEqual(ids);
    expect(await typesOf()).toEqual(before);
  });

  test('does not take in again who was erased since, nor who is erased while he is missing', async () => {
    const putBack = await under.backUp();
    const ids = await record('b1', householdOne, somchai, malee);
    const [first = '', second = ''] = ids;
    await erase(first);
    await putBack();
    expect(under.vault.missing()).toMatchObject({ persons: 1 });
    await erase(second);
    expect(under.vault.missing()).toBeUndefined();
    const told = [
      { ...somchai, personId: first },
      { ...malee, personId: second },
    ];
    expect(await record('b1', householdOne, ...told)).toEqual(ids);
    for (const personId of ids) {
      expect(under.vault.read(personId)).toEqual({ state: 'erased' });
      expect(under.store.secretOf(personId)).toBeUndefined();
      expect(under.store.entry(personId)).toBeUndefined();
    }
  });

  test('compares nothing again that it compared before', async () => {
    await record('b1', householdOne, somchai);
    await under.reopen();
    const read = jest.spyOn(under.platform.log, 'read');
    await under.reopen();
    expect(read).not.toHaveBeenCalled();
  });
});
