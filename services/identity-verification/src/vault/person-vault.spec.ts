import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PersonBatch } from '@faemban/contracts';
import { commandContext } from '@faemban/event-sourcing/testing';
import { aBatch, aHousehold, aMember, householdOne, householdTwo, VaultUnderTest } from '../testing/vault.harness';

let under: VaultUnderTest;
beforeEach(() => {
  under = new VaultUnderTest();
});
afterEach(() => under.close());

const number = aMember().number;
const withoutNumber = { number: '', document: { kind: 'none', check: 'notApplicable' } } as const;

async function idsOf(batch: PersonBatch): Promise<string[]> {
  return (await under.vault.recordPersons(batch)).flatMap(({ personIds }) => personIds);
}

describe('recognising a person', () => {
  test('gives a new one an id and announces him, with nothing personal in the event', async () => {
    const [personId = ''] = await idsOf(aBatch('b1', [aHousehold(householdOne, aMember())]));
    const [event] = await under.eventsOf(personId);
    expect(event).toMatchObject({
      ...{ type: 'PersonRecorded', area: '8417010101', subjects: [personId, householdOne] },
      data: {
        personId,
        householdId: householdOne,
        source: 'cdd-bmn',
        document: { kind: 'citizenId', check: 'passed' },
      },
    });
    expect(JSON.stringify(event)).not.toMatch(/สมชาย|ใจดี|3840000000016|99\/1|ซอยวัด/);
  });

  test('knows him again by number and name, however the name is spelled, and where he lives now', async () => {
    const [first] = await idsOf(aBatch('b1', [aHousehold(householdOne, aMember())]));
    const [again = ''] = await idsOf(
      aBatch(
        'b2',
        [aHousehold(householdTwo, aMember({ title: '', firstName: 'นาย สมชาย ', lastName: 'ใจ\u200bดี' }))],
        2562,
      ),
    );
    expect(again).toBe(first);
    expect(under.vault.read(again)).toMatchObject({ state: 'kept', householdId: householdTwo });
    expect(await under.events()).toHaveLength(1);
  });

  test('does not move him back when an older round comes later', async () => {
    const [personId = ''] = await idsOf(aBatch('b1', [aHousehold(householdTwo, aMember())], 2562));
    await idsOf(aBatch('b2', [aHousehold(householdOne, aMember())], 2561));
    expect(under.vault.read(personId)).toMatchObject({ householdId: householdTwo });
  });

  test('keeps two people with one number under different names, and picks neither', async () => {
    const [first = '', second = ''] = await idsOf(
      aBatch('b1', [aHousehold(householdOne, aMember()), aHousehold(householdTwo, aMember({ firstName: 'สมศรี' }))]),
    );
    expect(second).not.toBe(first);
    expect((await under.eventsOf(second)).map(({ type, data }) => ({ type, data }))[1]).toEqual({
      type: 'DuplicateSuspected',
      data: { personId: second, otherPersonId: first, reason: 'same-number-other-name' },
    });
    expect(await under.vault.findByNumbers([number])).toEqual([{ found: 'several' }]);
  });

  test('keeps two people with one number and name in two households of one round', async () => {
    await idsOf(aBatch('b1', [aHousehold(householdOne, aMember())]));
    const [second = ''] = await idsOf(aBatch('b2', [aHousehold(householdTwo, aMember())]));
    expect((await under.eventsOf(second))[1]?.data).toMatchObject({ reason: 'same-number-other-household' });
  });

  test('knows people without a number by household, name and birth, and twins apart', async () => {
    const twins = aHousehold(householdOne, aMember(withoutNumber), aMember(withoutNumber));
    const first = await idsOf(aBatch('b1', [twins, aHousehold(householdTwo, aMember(withoutNumber))]));
    expect(new Set(first).size).toBe(3);
    expect(await idsOf(aBatch('b2', [twins], 2562))).toEqual(first.slice(0, 2));
  });

  test('finds by number whoever has it, and nobody where nobody has', async () => {
    const [personId] = await idsOf(aBatch('b1', [aHousehold(householdOne, aMember())]));
    expect(await under.vault.findByNumbers([number, '3840000000024'])).toEqual([
      { found: 'one', personId, householdId: householdOne, document: { kind: 'citizenId', check: 'passed' } },
      { found: 'none' },
    ]);
  });
});

describe('a batch', () => {
  const batch = aBatch('b1', [
    aHousehold(householdOne, aMember(), aMember(withoutNumber)),
    aHousehold(householdTwo, aMember({ firstName: 'สมศรี' })),
  ]);

  test('gives the same answer when it is repeated, and adds nothing', async () => {
    const first = await under.vault.recordPersons(batch);
    const events = await under.events();
    expect(await under.vault.recordPersons(batch)).toEqual(first);
    expect(await under.events()).toEqual(events);
  });

  const steps = ['putIdentities', 'putEntries', 'handleMany'];
  test.each(
    steps.flatMap((step) => [
      [step, 'at once'],
      [step, 'after a crash'],
    ]),
  )('that failed at %s is finished when it is repeated %s', async (step, when) => {
    under.failing = (call) => {
      if (call === step) throw new Error('as if the machine had stopped');
    };
    await expect(under.vault.recordPersons(batch)).rejects.toThrow('as if the machine had stopped');
    under.failing = () => undefined;
    if (when === 'after a crash') await under.reopen();
    const ids = await idsOf(batch);
    const events = await under.events();
    const announced = events.filter(({ type }) => type === 'PersonRecorded').map(({ subjects }) => subjects[0]);
    expect(announced.sort()).toEqual([...new Set(ids)].sort());
    expect(events.filter(({ type }) => type === 'DuplicateSuspected')).toHaveLength(1);
    for (const personId of ids) expect(under.vault.read(personId)).toMatchObject({ state: 'kept' });
  });

  test('is announced after a crash even if it is never repeated', async () => {
    under.failing = (call) => {
      if (call === 'handleMany') throw new Error('as if the machine had stopped');
    };
    await expect(under.vault.recordPersons(batch)).rejects.toThrow();
    await under.reopen();
    expect((await under.events()).filter(({ type }) => type === 'PersonRecorded')).toHaveLength(3);
  });
});

describe('the files', () => {
  test('hold no name, number or address in the clear', async () => {
    await idsOf(aBatch('b1', [aHousehold(householdOne, aMember())]));
    for (const name of readdirSync(under.folder)) {
      const bytes = readFileSync(join(under.folder, name));
      for (const secret of ['สมชาย', 'ใจดี', number, '99/1', 'ซอยวัด', '1977-06-01']) {
        expect({ name, secret, found: bytes.includes(secret) }).toEqual({ name, secret, found: false });
      }
    }
  });
});

describe('erasing a person', () => {
  const erase = (personId: string) =>
    under.vault.erase({ type: 'ErasePerson', personId, legalBasis: 'pdpa-s33' }, commandContext());

  test('makes his entry unreadable, also a copy of it, and says so once', async () => {
    const [personId = ''] = await idsOf(aBatch('b1', [aHousehold(householdOne, aMember())]));
    const copy = under.store.entry(personId);
    const secret = under.store.secretOf(personId);
    await erase(personId);
    expect(under.vault.read(personId)).toEqual({ state: 'erased' });
    under.store.putEntries([copy!]);
    expect(under.vault.read(personId)).toEqual({ state: 'erased' });
    for (const name of readdirSync(under.folder)) {
      expect(readFileSync(join(under.folder, name)).includes(secret!)).toBe(false);
    }
    await erase(personId);
    expect((await under.eventsOf(personId)).map(({ type }) => type)).toEqual(['PersonRecorded', 'PersonErased']);
    expect(await under.vault.findByNumbers([number])).toEqual([{ found: 'none' }]);
  });

  test('is finished after a crash between the key and the event', async () => {
    const [personId = ''] = await idsOf(aBatch('b1', [aHousehold(householdOne, aMember())]));
    under.failing = (call) => {
      if (call === 'handle') throw new Error('as if the machine had stopped');
    };
    await expect(erase(personId)).rejects.toThrow();
    await under.reopen();
    expect((await under.eventsOf(personId)).map(({ type }) => type)).toEqual(['PersonRecorded', 'PersonErased']);
    expect(under.vault.read(personId)).toEqual({ state: 'erased' });
  });
});
