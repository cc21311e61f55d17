import { duplicateSuspected, personErased, personRecorded } from '@faemban/contracts';
import { given } from '@faemban/event-sourcing/testing';
import { personAggregate, type RecordPerson } from './person.decisions';

const [person] = personRecorded.examples;
const [duplicate] = duplicateSuspected.examples;
const [erasure] = personErased.examples;
const recorded = { type: 'PersonRecorded', data: person } as const;
const erased = { type: 'PersonErased', data: erasure } as const;

const record: RecordPerson = { type: 'RecordPerson', ...person, suspected: [] };
const erase = { type: 'ErasePerson', ...erasure } as const;

describe('recording a person', () => {
  test('announces him', () => given(personAggregate).when(record).then(recorded));

  test('tells beside it whom he may be the same as', () => {
    const { otherPersonId, reason } = duplicate;
    given(personAggregate)
      .when({ ...record, suspected: [{ otherPersonId, reason }] })
      .then(recorded, { type: 'DuplicateSuspected', data: { personId: person.personId, otherPersonId, reason } });
  });

  test('is nothing a second time, also after he was erased', () => {
    given(personAggregate, recorded).when(record).thenNothing();
    given(personAggregate, recorded, erased).when(record).thenNothing();
  });
});

describe('erasing a person', () => {
  test('says so, and on which legal basis', () => given(personAggregate, recorded).when(erase).then(erased));
  test('is nothing a second time', () => given(personAggregate, recorded, erased).when(erase).thenNothing());
  test('is refused for somebody nobody recorded', () =>
    given(personAggregate).when(erase).thenRefused('person-must-be-recorded'));
});
