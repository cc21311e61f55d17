import type { BuiltOn, EventOf, ImportRollbackEvent, importRolledBack, RollbackReason } from '@faemban/contracts';
import { type CommandContext, RuleBroken, type Sentence } from '@faemban/event-sourcing';
import type { Import } from './import';

/** Asks that an applied import be undone. */
export interface RequestRollback {
  readonly type: 'RequestRollback';
  readonly importId: string;
  readonly reason: RollbackReason;
}

/** Lets an import stand: something was built on it, or an operator declined. */
export interface RefuseRollback {
  readonly type: 'RefuseRollback';
  readonly importId: string;
  readonly builtOn: readonly BuiltOn[];
}

/** Releases the undoing of an import. */
export interface ApproveRollback {
  readonly type: 'ApproveRollback';
  readonly importId: string;
}

/** Says that everything an import had recorded is withdrawn. */
export interface RecordRolledBack {
  readonly type: 'RecordRolledBack';
  readonly importId: string;
  readonly done: Omit<EventOf<typeof importRolledBack>['data'], 'importId'>;
}

export type ImportRollbackInput = RequestRollback | RefuseRollback | ApproveRollback | RecordRolledBack;

/** Four eyes, as for applying: who asks that figures be changed back does not decide it. */
export function decideRollback(
  command: ImportRollbackInput,
  state: Import,
  { actor }: CommandContext,
): ImportRollbackEvent[] {
  const { importId } = command;
  switch (command.type) {
    case 'RequestRollback': {
      if (state.status === 'rolled-back') return [];
      if (state.status !== 'applied') throw notApplied();
      if (state.rollback !== undefined) return [];
      const { reason } = command;
      return [{ type: 'ImportRollbackRequested', data: { importId, reason, requestedBy: actor.accountId } }];
    }
    case 'RefuseRollback': {
      if (state.status !== 'applied' || state.rollback === undefined) return [];
      const builtOn = [...command.builtOn];
      if (builtOn.length === 0 && state.rollback.isApproved) throw underWay();
      const reason = builtOn.length === 0 ? 'declined' : 'built-on';
      return [{ type: 'ImportRollbackRefused', data: { importId, reason, builtOn } }];
    }
    case 'ApproveRollback': {
      if (state.status === 'rolled-back') return [];
      if (state.status !== 'applied' || state.rollback === undefined) throw notRequested();
      if (state.rollback.isApproved) return [];
      if (state.rollback.requestedBy === actor.accountId) throw requesterApproves();
      return [{ type: 'ImportRollbackApproved', data: { importId } }];
    }
    case 'RecordRolledBack': {
      if (state.status !== 'applied' || state.rollback?.isApproved !== true) return [];
      return [{ type: 'ImportRolledBack', data: { importId, ...command.done } }];
    }
  }
}

/** What was built on an import, in words: what it is, on how many households, and what is possible instead. */
export function builtOnSentence(builtOn: readonly BuiltOn[]): Sentence {
  const listed = (language: 'th' | 'en'): string =>
    builtOn.map((built) => `${builtText(built, language)}`).join(language === 'th' ? ' และ ' : '; ');
  return {
    th: `ยกเลิกการนำเข้านี้ไม่ได้ เพราะมีการบันทึกต่อแล้ว: ${listed('th')} ให้ยกเลิกการนำเข้าที่ต่อจากนี้ก่อน (ใหม่ไปเก่า) หรือนำเข้าแฟ้มฉบับแก้ไขเพื่อแก้ข้อมูลของครัวเรือน`,
    en: `This import cannot be undone, because something was built on it: ${listed('en')}. Undo the later imports first, newest first, or correct the households by an import of corrected files.`,
  };
}

function builtText({ context, what, by, households }: BuiltOn, language: 'th' | 'en'): string {
  const count = households.toLocaleString('en-US');
  const words = builtWords[`${context}/${what}`] ?? { th: `${context}/${what}`, en: `${context}/${what}` };
  return language === 'th'
    ? `${words.th}${by === null ? '' : ` โดยการนำเข้า ${by}`} ${count} ครัวเรือน`
    : `${words.en}${by === null ? '' : ` by import ${by}`}, ${count} household${households === 1 ? '' : 's'}`;
}

const builtWords: Readonly<Record<string, Sentence>> = {
  'ingestion/corrected': { th: 'แก้ไขข้อมูลเดียวกัน', en: 'the same facts were corrected' },
  'ingestion/added': { th: 'บันทึกข้อมูลของบุคคลที่นำเข้ามา', en: 'facts about the persons it brought were added' },
  'ingestion/confirmed': { th: 'ยืนยันข้อมูลเดียวกัน', en: 'the same facts were confirmed' },
};

const notApplied = (): RuleBroken =>
  new RuleBroken('import-must-be-applied', {
    th: 'การนำเข้านี้ยังไม่ได้บันทึกลงครัวเรือน จึงไม่มีอะไรให้ยกเลิก การนำเข้าที่ยังไม่อนุมัติให้ปฏิเสธ ที่กำลังบันทึกให้รอจนเสร็จ',
    en: 'This import is not applied, so there is nothing to undo. Reject one that is not approved; wait for one that is being applied.',
  });
const notRequested = (): RuleBroken =>
  new RuleBroken('rollback-must-be-requested', {
    th: 'ยังไม่มีคำขอยกเลิกการนำเข้านี้ หรือคำขอถูกปฏิเสธแล้ว ให้ขอยกเลิกก่อน แล้วเจ้าหน้าที่อีกคนหนึ่งอนุมัติ',
    en: 'Nobody asks that this import be undone, or it was refused. Ask for it first; another operator approves.',
  });
const requesterApproves = (): RuleBroken =>
  new RuleBroken('approver-must-not-be-requester', {
    th: 'ผู้ขอยกเลิกการนำเข้าอนุมัติเองไม่ได้ ให้เจ้าหน้าที่อีกคนหนึ่งอนุมัติ',
    en: 'Whoever asked that an import be undone cannot approve it. Another operator has to.',
  });
const underWay = (): RuleBroken =>
  new RuleBroken('rollback-must-not-be-approved', {
    th: 'การยกเลิกการนำเข้านี้อนุมัติแล้วและกำลังดำเนินการ จึงหยุดไม่ได้ เมื่อเสร็จแล้วให้นำเข้าแฟ้มเดิมอีกครั้งหากต้องการข้อมูลคืน',
    en: 'The undoing of this import was approved and is under way; it cannot be stopped. To have the data back, import the same files again afterwards.',
  });
