import {
  importApproved,
  importHeld,
  importRejected,
  importReleased,
  importUploaded,
  importValidated,
  type Actor,
} from '@faemban/contracts';
import { given } from '@faemban/event-sourcing/testing';
import { importAggregate } from './import.decisions';

const [uploadedData] = importUploaded.examples;
const { importId, uploadedBy } = uploadedData;
const validatedData = { ...importValidated.examples[0], importId, rows: 100, errors: 0 };
const { importId: _, ...found } = validatedData;
const somchai: Actor = { accountId: uploadedBy, office: 'SEC-D 8417', role: 'SEC-D', channel: 'online' };
const malee: Actor = { ...somchai, accountId: 'malee' };

const uploaded = { type: 'ImportUploaded', data: uploadedData } as const;
const validated = { type: 'ImportValidated', data: validatedData } as const;
const approved = { type: 'ImportApproved', data: { ...importApproved.examples[0], importId } } as const;
const held = {
  type: 'ImportHeld',
  data: { ...importHeld.examples[0], importId, rows: 100, repeatEachOther: 1, alreadyApplied: 50 },
} as const;
const released = { type: 'ImportReleased', data: { ...importReleased.examples[0], importId } } as const;

const record = (repeatEachOther: number, alreadyApplied: number, errors = 0) =>
  ({
    type: 'RecordValidation',
    importId,
    found: { ...found, errors },
    repeats: { repeatEachOther, alreadyApplied },
  }) as const;
const hold = { type: 'HoldImport', importId, rows: 100, repeats: { repeatEachOther: 1, alreadyApplied: 50 } } as const;
const release = { type: 'ReleaseImport', importId, reason: 'corrected-file-sent-whole' } as const;

describe('an import of repeated rows', () => {
  test.each([
    [50, 0],
    [0, 50],
    [25, 25],
    [0, 0],
  ])('goes on where at most half repeat: %d each other, %d applied, of 100', (each, applied) =>
    given(importAggregate, uploaded).when(record(each, applied)).then(validated),
  );

  test.each([
    [51, 0],
    [0, 51],
    [25, 26],
    [0, 100],
  ])('stops where more than half do: %d each other, %d applied, of 100', (each, applied) =>
    given(importAggregate, uploaded)
      .when(record(each, applied))
      .then(validated, {
        type: 'ImportHeld',
        data: { importId, rows: 100, repeatEachOther: each, alreadyApplied: applied },
      }),
  );

  test('with rows in error does not ask: it cannot be approved in any case', () =>
    given(importAggregate, uploaded)
      .when(record(0, 100, 1))
      .then({ type: 'ImportValidated', data: { ...validatedData, errors: 1 } }));

  test('stops even after its approval, where the rows were applied in between', () =>
    given(importAggregate, uploaded, validated, approved).when(hold).then(held));

  test('cannot be approved while it asks', () =>
    given(importAggregate, uploaded, validated, held)
      .when({ type: 'ApproveImport', importId }, { actor: malee })
      .thenRefused('import-must-not-be-held'));

  test('can be rejected while it asks', () =>
    given(importAggregate, uploaded, validated, held)
      .when({ type: 'RejectImport', importId, reason: 'refused-by-operator' }, { actor: malee })
      .then({
        type: 'ImportRejected',
        data: { ...importRejected.examples[0], importId, reason: 'refused-by-operator' },
      }));
});

describe('letting an import that stopped go on', () => {
  test('records the reason', () =>
    given(importAggregate, uploaded, validated, held).when(release, { actor: malee }).then(released));

  test('is refused to the uploader', () =>
    given(importAggregate, uploaded, validated, held)
      .when(release, { actor: somchai })
      .thenRefused('releaser-must-not-be-uploader'));

  test('is refused for one that has not stopped', () =>
    given(importAggregate, uploaded, validated).when(release, { actor: malee }).thenRefused('import-must-be-held'));

  test('is nothing a second time', () =>
    given(importAggregate, uploaded, validated, held, released).when(release, { actor: malee }).thenNothing());

  test('leaves it to be approved, and it does not stop again', () => {
    given(importAggregate, uploaded, validated, held, released)
      .when({ type: 'ApproveImport', importId }, { actor: malee })
      .then(approved);
    given(importAggregate, uploaded, validated, held, released, approved).when(hold).thenNothing();
  });

  test('of one that was approved before leaves it approved', () =>
    given(importAggregate, uploaded, validated, approved, held, released)
      .when({ type: 'ApproveImport', importId }, { actor: malee })
      .thenNothing());
});
