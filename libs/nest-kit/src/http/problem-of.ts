import {
  classify,
  CommandIdReused,
  EventTooLarge,
  InvalidCursor,
  OutcomeUnknown,
  RuleBroken,
  WrongExpectedVersion,
  type Sentence,
} from '@faemban/event-sourcing';
import { HttpException } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { ZodError } from 'zod';
import { cursorMalformed } from './cursors';
import { inputProblem } from './input-errors';
import { Problem } from './problem';

/** What is answered for an error, and whether it is to be logged as a fault of ours. */
export interface Answer {
  readonly problem: Problem;
  readonly isFault: boolean;
}

/** Turns whatever a route threw into what the caller may know of it. Faults carry a `reference` that the log has too. */
export function problemOf(error: unknown): Answer {
  if (error instanceof Problem) return expected(error);
  if (error instanceof RuleBroken) return expected(new Problem(409, error.rule, error.sentence));
  if (error instanceof ZodError) return expected(inputProblem(error.issues));
  if (error instanceof WrongExpectedVersion) return expected(refusal(409, 'wrong-expected-version'));
  if (error instanceof CommandIdReused) return expected(refusal(422, 'idempotency-key-reused'));
  if (error instanceof EventTooLarge)
    return expected(refusal(413, 'command-too-large', { bytes: error.bytes, bytesMax: error.bytesMax }));
  if (error instanceof OutcomeUnknown) return fault(refusal(503, 'outcome-unknown', { reference: randomUUID() }));
  if (error instanceof InvalidCursor) return expected(cursorMalformed());
  const status = httpStatusOf(error);
  if (status !== undefined && status < 500) return expected(ofStatus(status));
  if (classify(error) === 'transient') return fault(refusal(503, 'busy', { reference: randomUUID() }));
  return fault(refusal(500, 'fault', { reference: randomUUID() }));
}

const expected = (problem: Problem): Answer => ({ problem, isFault: false });
const fault = (problem: Problem): Answer => ({ problem, isFault: true });

const sentences = {
  'wrong-expected-version': {
    th: 'มีผู้อื่นบันทึกรายการนี้ก่อนหน้า ให้อ่านข้อมูลล่าสุดแล้วทำใหม่',
    en: 'Somebody else was faster. Read the latest state and try again.',
  },
  'idempotency-key-reused': {
    th: 'Idempotency-Key นี้ใช้กับคำสั่งอื่นไปแล้ว ให้ใช้รหัสใหม่สำหรับคำสั่งใหม่',
    en: 'This Idempotency-Key was used for a different command. Use a new one for a new command.',
  },
  'command-too-large': {
    th: 'คำสั่งนี้ใหญ่เกินกว่าที่บันทึกได้ ให้แบ่งเป็นหลายคำสั่ง',
    en: 'This command is larger than can be recorded. Divide it.',
  },
  'outcome-unknown': {
    th: 'ยังไม่ทราบว่าคำสั่งสำเร็จหรือไม่ ให้ส่งซ้ำด้วย Idempotency-Key เดิม จะไม่เกิดผลสองครั้ง',
    en: 'It is not known whether the command took effect. Send it again with the same Idempotency-Key; it will not take effect twice.',
  },
  busy: {
    th: 'ระบบยังไม่พร้อมทำรายการนี้ ให้รอสักครู่แล้วส่งใหม่',
    en: 'The system cannot do this just now. Wait a moment and send it again.',
  },
  fault: {
    th: 'ระบบขัดข้อง รายการนี้ยังไม่เสร็จ ให้แจ้งผู้ดูแลพร้อมเลขอ้างอิงใน reference',
    en: 'A fault in the system; this was not done. Tell the operator of the system, with the number in `reference`.',
  },
  'request-malformed': {
    th: 'อ่านคำขอไม่ได้ ตรวจรูปแบบ JSON และที่อยู่ที่เรียก',
    en: 'The request cannot be read. Check that its body is JSON and its address well-formed.',
  },
  'not-found': {
    th: 'ไม่มีเส้นทางหรือวิธีเรียกนี้ รายการทั้งหมดอยู่ที่ /docs',
    en: 'There is no such path, or not with this method. All of them are listed at /docs.',
  },
  'body-too-large': {
    th: 'เนื้อหาคำขอใหญ่เกิน 1 MiB ไฟล์ใหญ่ให้ส่งผ่านเส้นทางอัปโหลดไฟล์',
    en: 'The body is over 1 MiB. Large files go through the upload paths.',
  },
  'content-type-unsupported': {
    th: 'ชนิดเนื้อหานี้ใช้ไม่ได้ ให้ส่ง application/json หรือไฟล์เป็น text/csv หรือ application/octet-stream',
    en: 'This content type is not taken. Send application/json, or files as text/csv or application/octet-stream.',
  },
  'request-refused': {
    th: 'รับคำขอนี้ไม่ได้ ดูรูปแบบที่ใช้ได้ที่ /docs',
    en: 'This request is not accepted. See /docs for what is possible.',
  },
} satisfies Record<string, Sentence>;

function refusal(status: number, code: keyof typeof sentences, extra?: Record<string, unknown>): Problem {
  return new Problem(status, code, sentences[code], extra);
}

/** What is answered where there is no such path. */
export const notFound = (): Problem => refusal(404, 'not-found');

function ofStatus(status: number): Problem {
  if (status === 400) return refusal(400, 'request-malformed');
  if (status === 404) return notFound();
  if (status === 413) return refusal(413, 'body-too-large');
  if (status === 415) return refusal(415, 'content-type-unsupported');
  return refusal(status, 'request-refused');
}

/** The status that Nest or Fastify itself gave an error, if it did. */
function httpStatusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode, code } = (error ?? {}) as { statusCode?: unknown; code?: unknown };
  return typeof statusCode === 'number' && String(code).startsWith('FST_') ? statusCode : undefined;
}
