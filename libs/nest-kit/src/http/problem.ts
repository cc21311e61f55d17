import type { Sentence } from '@faemban/event-sourcing';
import { z } from 'zod';

/** One thing wrong with a request: where, which kind, and a sentence. The offending value is never repeated. */
export const inputErrorSchema = z.object({
  path: z.string(),
  code: z.string(),
  th: z.string(),
  en: z.string(),
});
/** See {@link inputErrorSchema}. */
export type InputError = z.infer<typeof inputErrorSchema>;

/** The body of every refusal (RFC 9457, `application/problem+json`). `code` is stable; `detail` is Thai, `detailEn` English. */
export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    titleEn: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
    detailEn: z.string(),
    errors: z.array(inputErrorSchema).optional(),
    reference: z.string().optional(),
  })
  .meta({ id: 'Problem' });
/** See {@link problemSchema}. */
export type ProblemDocument = z.infer<typeof problemSchema>;

/**
 * A refusal that is answered as it is. `code` is a stable kebab-case fragment; the sentence says what is the case and what is possible
 * instead. `extra` adds members to the document and must not hold personal data.
 *
 * @example throw new Problem(404, 'import-unknown', { th: 'ไม่พบ…', en: 'There is no import with this id.' });
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly status: number,
    readonly code: string,
    readonly sentence: Sentence,
    readonly extra: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(`${code}: ${sentence.en}`, options);
  }
}

const titles: Readonly<Record<number, Sentence>> = {
  400: { th: 'คำขอไม่ถูกต้อง', en: 'The request is not valid' },
  401: { th: 'ต้องแสดงสิทธิ์ก่อน', en: 'Not without credentials' },
  403: { th: 'ไม่มีสิทธิ์ทำรายการนี้', en: 'Not allowed' },
  404: { th: 'ไม่พบสิ่งที่ขอ', en: 'Not found' },
  405: { th: 'ใช้วิธีเรียกนี้ไม่ได้', en: 'Method not allowed' },
  408: { th: 'รอข้อมูลนานเกินกำหนด', en: 'The request took too long to arrive' },
  409: { th: 'ทำรายการนี้ไม่ได้ในสถานะปัจจุบัน', en: 'Not possible as things stand' },
  413: { th: 'ข้อมูลใหญ่เกินกำหนด', en: 'Too large' },
  415: { th: 'ชนิดข้อมูลไม่รองรับ', en: 'Unsupported content type' },
  421: { th: 'เรียกผิดที่อยู่', en: 'Wrong address' },
  422: { th: 'ใช้รหัสคำสั่งซ้ำ', en: 'Command id reused' },
  431: { th: 'ส่วนหัวคำขอใหญ่เกินกำหนด', en: 'Request headers too large' },
  500: { th: 'ระบบขัดข้อง', en: 'A fault in the system' },
  502: { th: 'ติดต่อระบบส่วนหลังไม่ได้', en: 'No answer from behind' },
  503: { th: 'ยังให้บริการไม่ได้ในขณะนี้', en: 'Not available just now' },
};
const otherTitle: Sentence = { th: 'ทำรายการไม่สำเร็จ', en: 'Not done' };

/** The document a problem is answered with. */
export function problemDocument(problem: Problem): ProblemDocument {
  const title = titles[problem.status] ?? otherTitle;
  return {
    ...problem.extra,
    type: `urn:faemban:problem:${problem.code}`,
    title: title.th,
    titleEn: title.en,
    status: problem.status,
    code: problem.code,
    detail: problem.sentence.th,
    detailEn: problem.sentence.en,
  };
}
