import type { Sentence } from '@faemban/event-sourcing';
import { Problem } from '@faemban/nest-kit';
import { importForms, type ImportRecord } from './import-record';

/** Why an import asks for its files, and what is possible. */
export function lostBecause({ importId, kind, source, round, createdAt }: ImportRecord): Sentence {
  const parts = importForms[kind].parts.join(', ');
  const day = createdAt.slice(0, 10);
  return {
    th: `ข้อมูลในโฟลเดอร์ของการนำเข้าเก่ากว่าเหตุการณ์ จึงไม่มีแฟ้มของการนำเข้า ${importId} (${source} ปี ${round} เมื่อ ${day}) ให้กู้คืนโฟลเดอร์ชุดที่ใหม่กว่า หรือส่งแฟ้มเดิม (${parts}) ให้การนำเข้านี้อีกครั้ง จะไม่มีอะไรถูกบันทึกซ้ำ`,
    en: `Ingestion's folder is older than its events: the files of import ${importId} (${source}, round ${round}, of ${day}) are not there. Put a newer copy of the folder back, or send the same files (${parts}) to this import again; nothing is recorded twice.`,
  };
}

/** Nothing new is taken in before an import that was applied is restored: its households would get a second id. */
export function restorationAwaited(first: ImportRecord): Problem {
  const { th, en } = lostBecause(first);
  return new Problem(409, 'imports-must-be-restored', {
    th: `ยังรับข้อมูลใหม่ไม่ได้จนกว่าการนำเข้าที่ขาดแฟ้มจะครบ มิฉะนั้นครัวเรือนเดิมจะได้รหัสใหม่ ${th}`,
    en: `Nothing new can be taken in yet, or households that are known would get a second id. ${en}`,
  });
}

export function withoutFiles(record: ImportRecord): Problem {
  return new Problem(409, 'import-must-have-its-files', lostBecause(record));
}

export const earlierFirst = ({ importId }: ImportRecord): Problem =>
  new Problem(409, 'earlier-import-must-be-restored', {
    th: `ให้ส่งแฟ้มของการนำเข้า ${importId} ก่อน เพราะบันทึกก่อนการนำเข้านี้`,
    en: `Send the files of import ${importId} first: it was applied before this one.`,
  });

export const otherFile = (expected: string): Problem =>
  new Problem(409, 'file-must-be-the-same', {
    th: `แฟ้มนี้ไม่ใช่แฟ้มที่นำเข้าไว้ (SHA-256 ${expected}) ไม่มีอะไรถูกเก็บไว้ ให้ส่งแฟ้มเดิมตรงทุกไบต์`,
    en: `This is not the file that was imported, whose SHA-256 is ${expected}. Nothing of it was kept: send the same file, byte for byte.`,
  });

export const notRestorable = (): Problem =>
  new Problem(409, 'import-must-be-an-applied-survey', {
    th: 'อ่านแฟ้มซ้ำได้เฉพาะแบบสำรวจที่บันทึกแล้วและไม่ได้ถูกยกเลิก',
    en: 'Only a survey that is applied, and of which nothing is being undone, is read again.',
  });
