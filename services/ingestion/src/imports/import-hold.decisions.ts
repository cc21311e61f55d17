import type { EventOf, ImportHoldEvent, importHeld, ReleaseReason } from '@faemban/contracts';
import { type CommandContext, RuleBroken, type Sentence } from '@faemban/event-sourcing';
import type { Import } from './import';

/** How many of an import's rows bring nothing new. A row that does both is counted as already applied. */
export type RowRepeats = Omit<EventOf<typeof importHeld>['data'], 'importId' | 'rows'>;

/** Stops an import whose rows turned out to be repeats since it was validated. */
export interface HoldImport {
  readonly type: 'HoldImport';
  readonly importId: string;
  readonly rows: number;
  readonly repeats: RowRepeats;
}

/** Lets an import that stopped go on. */
export interface ReleaseImport {
  readonly type: 'ReleaseImport';
  readonly importId: string;
  readonly reason: ReleaseReason;
}

export type ImportHoldInput = HoldImport | ReleaseImport;

/** Stops only where more than half the rows repeat: a corrected half of a file is an ordinary correction. */
export function mustStop(rows: number, { repeatEachOther, alreadyApplied }: RowRepeats): boolean {
  return 2 * (repeatEachOther + alreadyApplied) > rows;
}

/** The event that an import stops, where it must. */
export function heldWhereItMust(importId: string, rows: number, repeats: RowRepeats): ImportHoldEvent[] {
  return mustStop(rows, repeats) ? [{ type: 'ImportHeld', data: { importId, rows, ...repeats } }] : [];
}

/** Whoever uploaded does not judge whether what he uploaded is a mistake. */
export function decideHold(command: ImportHoldInput, state: Import, { actor }: CommandContext): ImportHoldEvent[] {
  const { importId } = command;
  if (command.type === 'HoldImport') {
    if ((state.status !== 'validated' && state.status !== 'approved') || state.isReleased) return [];
    return heldWhereItMust(importId, command.rows, command.repeats);
  }
  if ('isReleased' in state && state.isReleased) return [];
  if (state.status !== 'held') throw notHeld();
  if (state.uploadedBy === actor.accountId) throw uploaderReleases();
  return [{ type: 'ImportReleased', data: { importId, reason: command.reason } }];
}

/** Why an import stopped, with its counts, and what is possible. */
export function heldSentence(rows: number, { repeatEachOther, alreadyApplied }: RowRepeats): Sentence {
  const count = (value: number): string => value.toLocaleString('en-US');
  return {
    th: `การนำเข้านี้หยุดรอ เพราะเกินครึ่งของ ${count(rows)} แถวซ้ำ: ซ้ำกันเองในแฟ้ม ${count(repeatEachOther)} แถว ซ้ำกับที่บันทึกแล้วของแหล่งและรอบเดียวกัน ${count(alreadyApplied)} แถว ให้เจ้าหน้าที่อื่นที่ไม่ใช่ผู้นำเข้าให้ดำเนินการต่อพร้อมเหตุผล หรือปฏิเสธ`,
    en: `This import stopped, because more than half of its ${count(rows)} rows repeat: ${count(repeatEachOther)} rows repeat each other in the file, ${count(alreadyApplied)} rows repeat what is applied for the same source and round. Somebody other than the uploader can let it go on, with a reason, or reject it.`,
  };
}

/** Approving is not letting go on. */
export const isHeld = (): RuleBroken =>
  new RuleBroken('import-must-not-be-held', {
    th: 'การนำเข้านี้หยุดรอเพราะเกินครึ่งของแถวซ้ำ ให้ตรวจแล้วให้ดำเนินการต่อพร้อมเหตุผลก่อนอนุมัติ หรือปฏิเสธ',
    en: 'This import stopped because more than half its rows repeat. Let it go on, with a reason, before it is approved, or reject it.',
  });
const notHeld = (): RuleBroken =>
  new RuleBroken('import-must-be-held', {
    th: 'การนำเข้านี้ไม่ได้หยุดรอ จึงไม่มีอะไรต้องให้ดำเนินการต่อ',
    en: 'This import has not stopped, so there is nothing to let go on.',
  });
const uploaderReleases = (): RuleBroken =>
  new RuleBroken('releaser-must-not-be-uploader', {
    th: 'ผู้นำเข้าให้ดำเนินการต่อเองไม่ได้ ให้เจ้าหน้าที่อีกคนหนึ่งตรวจ',
    en: 'Whoever uploaded an import cannot let it go on. Another operator has to look.',
  });
