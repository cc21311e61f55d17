import type { Sentence } from '@faemban/event-sourcing';
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
