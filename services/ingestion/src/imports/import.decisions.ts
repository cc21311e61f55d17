import {
  type EventOf,
  importApplied,
  importApproved,
  type ImportEvent,
  importHeld,
  importRejected,
  importReleased,
  importRollbackApproved,
  importRollbackRefused,
  importRollbackRequested,
  importRolledBack,
  importUploaded,
  importValidated,
  waitingHouseholdsApplied,
} from '@faemban/contracts';
import { type CommandContext, defineAggregate, RuleBroken } from '@faemban/event-sourcing';
import { evolveImport, type Import, noImport } from './import';
import { decideHold, heldWhereItMust, type ImportHoldInput, isHeld, type RowRepeats } from './import-hold.decisions';
import { decideRollback, type ImportRollbackInput } from './import-rollback.decisions';

/** Closes an upload: the files are sealed and wait to be validated. */
export interface UploadImport {
  readonly type: 'UploadImport';
  readonly importId: string;
  readonly upload: Omit<EventOf<typeof importUploaded>['data'], 'importId' | 'uploadedBy'>;
}

/** Says what the check of every row found. */
export interface RecordValidation {
  readonly type: 'RecordValidation';
  readonly importId: string;
  readonly found: Omit<EventOf<typeof importValidated>['data'], 'importId'>;
  /** Rows that bring nothing new; without it, none were found. */
  readonly repeats?: RowRepeats;
}

/** Releases an import to be applied. */
export interface ApproveImport {
  readonly type: 'ApproveImport';
  readonly importId: string;
}

/** Turns an import away. */
export interface RejectImport {
  readonly type: 'RejectImport';
  readonly importId: string;
  readonly reason: EventOf<typeof importRejected>['data']['reason'];
}

/** Says that everything of an approved import is recorded. */
export interface RecordApplied {
  readonly type: 'RecordApplied';
  readonly importId: string;
  readonly applied: Omit<EventOf<typeof importApplied>['data'], 'importId'>;
}

/** Says that households that had waited for an area code are recorded. */
export interface RecordWaitingApplied {
  readonly type: 'RecordWaitingApplied';
  readonly importId: string;
  readonly applied: Omit<EventOf<typeof waitingHouseholdsApplied>['data'], 'importId'>;
}

export type ImportInput =
  | UploadImport
  | RecordValidation
  | ApproveImport
  | RejectImport
  | RecordApplied
  | RecordWaitingApplied
  | ImportHoldInput
  | ImportRollbackInput;

function upload({ importId, upload }: UploadImport, state: Import, { actor }: CommandContext): ImportEvent[] {
  if (state.status !== 'none') throw closed();
  return [{ type: 'ImportUploaded', data: { importId, ...upload, uploadedBy: actor.accountId } }];
}

/** One that has rows in error cannot be approved in any case, and does not ask. */
function recordValidation({ importId, found, repeats }: RecordValidation, state: Import): ImportEvent[] {
  if (state.status !== 'uploaded') return [];
  const held = repeats === undefined || found.errors > 0 ? [] : heldWhereItMust(importId, found.rows, repeats);
  return [{ type: 'ImportValidated', data: { importId, ...found } }, ...held];
}

/** Four eyes: whoever brought the files does not release them. */
function approve({ importId }: ApproveImport, state: Import, { actor }: CommandContext): ImportEvent[] {
  if (state.status === 'approved' || state.status === 'applied') return [];
  if (state.status === 'rolled-back') throw undone();
  if (state.status === 'held') throw isHeld();
  if (state.status !== 'validated') throw notValidated();
  if (state.uploadedBy === actor.accountId) throw uploaderApproves();
  if (state.errors > 0) throw rowsInError(state.errors);
  return [{ type: 'ImportApproved', data: { importId } }];
}

function reject({ importId, reason }: RejectImport, state: Import): ImportEvent[] {
  if (state.status === 'rejected') return [];
  if (state.status === 'rolled-back') throw undone();
  if (state.status === 'approved' || state.status === 'applied') throw alreadyApproved();
  if (state.status === 'none' && reason !== 'upload-abandoned') throw notValidated();
  return [{ type: 'ImportRejected', data: { importId, reason } }];
}

function recordApplied({ importId, applied }: RecordApplied, state: Import): ImportEvent[] {
  if (state.status !== 'approved') return [];
  return [{ type: 'ImportApplied', data: { importId, ...applied } }];
}

function recordWaitingApplied({ importId, applied }: RecordWaitingApplied, state: Import): ImportEvent[] {
  return state.status === 'applied' ? [{ type: 'WaitingHouseholdsApplied', data: { importId, ...applied } }] : [];
}

function decide(command: ImportInput, state: Import, context: CommandContext): ImportEvent[] {
  switch (command.type) {
    case 'UploadImport':
      return upload(command, state, context);
    case 'RecordValidation':
      return recordValidation(command, state);
    case 'ApproveImport':
      return approve(command, state, context);
    case 'RejectImport':
      return reject(command, state);
    case 'RecordApplied':
      return recordApplied(command, state);
    case 'RecordWaitingApplied':
      return recordWaitingApplied(command, state);
    case 'HoldImport':
    case 'ReleaseImport':
      return decideHold(command, state, context);
    default:
      return decideRollback(command, state, context);
  }
}

const closed = (): RuleBroken =>
  new RuleBroken('upload-must-be-open', {
    th: 'การนำเข้านี้ปิดรับแฟ้มแล้ว ให้เริ่มการนำเข้าใหม่',
    en: 'This import has taken its files already. Start a new import.',
  });
const notValidated = (): RuleBroken =>
  new RuleBroken('import-must-be-validated', {
    th: 'การนำเข้านี้ยังไม่ผ่านการตรวจสอบ หรือถูกปฏิเสธไปแล้ว อนุมัติได้เฉพาะการนำเข้าที่ตรวจสอบเสร็จ',
    en: 'This import is not validated, or was rejected. Only a validated import can be approved.',
  });
const uploaderApproves = (): RuleBroken =>
  new RuleBroken('approver-must-not-be-uploader', {
    th: 'ผู้นำเข้าอนุมัติเองไม่ได้ ให้เจ้าหน้าที่อีกคนหนึ่งอนุมัติ',
    en: 'Whoever uploaded an import cannot approve it. Another operator has to.',
  });
const undone = (): RuleBroken =>
  new RuleBroken('import-was-rolled-back', {
    th: 'การนำเข้านี้ถูกยกเลิกแล้ว หากต้องการข้อมูลคืน ให้นำเข้าแฟ้มอีกครั้งเป็นการนำเข้าใหม่',
    en: 'This import was undone. To have its data back, import the files again as a new import.',
  });
const alreadyApproved = (): RuleBroken =>
  new RuleBroken('import-must-not-be-approved', {
    th: 'การนำเข้านี้อนุมัติแล้ว จึงปฏิเสธไม่ได้',
    en: 'This import was approved, so it cannot be rejected any more.',
  });
const rowsInError = (errors: number): RuleBroken =>
  new RuleBroken('rows-in-error', {
    th: `มีแถวที่ผิด ${errors} แห่ง ให้แก้ไขแฟ้มแล้วนำเข้าใหม่`,
    en: `${errors} errors were found in its rows. Correct the files and import them again.`,
  });

/** An import decides about files, not about a household: its stream hashes its own name. */
export const importAggregate = defineAggregate<Import, ImportInput, ImportEvent>({
  name: 'import',
  context: 'ingestion',
  decider: { initialState: noImport, decide, evolve: evolveImport },
  events: [
    importUploaded,
    importValidated,
    importHeld,
    importReleased,
    importApproved,
    importRejected,
    importApplied,
    waitingHouseholdsApplied,
    importRollbackRequested,
    importRollbackRefused,
    importRollbackApproved,
    importRolledBack,
  ],
  streamOf: ({ importId }) => `import-${importId}`,
  partitionOf: () => 'self',
});
