import {
  importApplied,
  importApproved,
  importRejected,
  importUploaded,
  importValidated,
  type Actor,
} from '@faemban/contracts';
import { given } from '@faemban/event-sourcing/testing';
import { importAggregate, type UploadImport } from './import.decisions';

const [uploadedData] = importUploaded.examples;
const [validatedData] = importValidated.examples;
const [appliedData] = importApplied.examples;
const { importId, uploadedBy, ...upload } = uploadedData;
const { importId: _, ...found } = validatedData;
const { importId: __, ...done } = appliedData;

const somchai: Actor = { accountId: uploadedBy, office: 'SEC-D 8417', role: 'SEC-D', channel: 'online' };
const malee: Actor = { ...somchai, accountId: 'malee' };

const uploaded = { type: 'ImportUploaded', data: uploadedData } as const;
const validated = { type: 'ImportValidated', data: validatedData } as const;
const approved = { type: 'ImportApproved', data: importApproved.examples[0] } as const;
const rejected = { type: 'ImportRejected', data: importRejected.examples[0] } as const;
const applied = { type: 'ImportApplied', data: appliedData } as const;

const uploadImport: UploadImport = { type: 'UploadImport', importId, upload };
const approve = { type: 'ApproveImport', importId } as const;
const reject = { type: 'RejectImport', importId, reason: 'refused-by-operator' } as const;

describe('closing an upload', () => {
  test('remembers who uploaded', () => given(importAggregate).when(uploadImport, { actor: somchai }).then(uploaded));

  test('is refused a second time', () =>
    given(importAggregate, uploaded).when(uploadImport, { actor: somchai }).thenRefused('upload-must-be-open'));
});

describe('telling what validating found', () => {
  const record = { type: 'RecordValidation', importId, found } as const;

  test('follows the upload', () => given(importAggregate, uploaded).when(record).then(validated));
  test('is nothing a second time', () => given(importAggregate, uploaded, validated).when(record).thenNothing());
  test('is nothing after a rejection', () => given(importAggregate, uploaded, rejected).when(record).thenNothing());
});

describe('approving an import', () => {
  test('releases it', () => given(importAggregate, uploaded, validated).when(approve, { actor: malee }).then(approved));

  test('is refused to whoever uploaded it', () =>
    given(importAggregate, uploaded, validated)
      .when(approve, { actor: somchai })
      .thenRefused('approver-must-not-be-uploader'));

  test('is refused while rows are in error', () =>
    given(importAggregate, uploaded, { type: 'ImportValidated', data: { ...validatedData, errors: 1 } })
      .when(approve, { actor: malee })
      .thenRefused('rows-in-error'));

  test('is refused before every row was checked', () =>
    given(importAggregate, uploaded).when(approve, { actor: malee }).thenRefused('import-must-be-validated'));

  test('is refused after a rejection', () =>
    given(importAggregate, uploaded, validated, rejected)
      .when(approve, { actor: malee })
      .thenRefused('import-must-be-validated'));

  test('is nothing a second time', () =>
    given(importAggregate, uploaded, validated, approved).when(approve, { actor: malee }).thenNothing());
});

describe('rejecting an import', () => {
  test('turns it away, also while it is validated', () =>
    given(importAggregate, uploaded)
      .when(reject)
      .then({ type: 'ImportRejected', data: { importId, reason: 'refused-by-operator' } }));

  test('is refused once it is approved', () =>
    given(importAggregate, uploaded, validated, approved).when(reject).thenRefused('import-must-not-be-approved'));

  test('is refused where nothing was uploaded', () =>
    given(importAggregate).when(reject).thenRefused('import-must-be-validated'));

  test('gives up an upload that was never closed', () =>
    given(importAggregate)
      .when({ ...reject, reason: 'upload-abandoned' })
      .then({ type: 'ImportRejected', data: { importId, reason: 'upload-abandoned' } }));
});

describe('telling that an import is applied', () => {
  const record = { type: 'RecordApplied', importId, applied: done } as const;

  test('follows its approval', () => given(importAggregate, uploaded, validated, approved).when(record).then(applied));
  test('is nothing a second time', () =>
    given(importAggregate, uploaded, validated, approved, applied).when(record).thenNothing());
});
