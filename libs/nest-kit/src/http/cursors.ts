import { z } from 'zod';
import { Problem } from './problem';

/** Items a page has when the caller does not say. */
export const pageItemsDefault = 50;
/** The most items a page may have. */
export const pageItemsMax = 500;
/** The longest cursor accepted, in characters. */
export const cursorCharactersMax = 2000;

/** The two query parameters of every paged list, to spread into a query schema: `after` (the `next` of the page before) and `limit`. */
export const pageQuery = {
  after: z.string().min(1).max(cursorCharactersMax).optional(),
  limit: z.coerce.number().int().min(1).max(pageItemsMax).default(pageItemsDefault),
};

/** Makes an opaque cursor of a small plain value. */
export function encodeCursor(position: unknown): string {
  return Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');
}

/** Reads a cursor made by {@link encodeCursor}. @throws Problem 400 `cursor-malformed` when it is not one of this list's. */
export function decodeCursor<Schema extends z.ZodType>(schema: Schema, cursor: string): z.infer<Schema> {
  const parsed = schema.safeParse(jsonOf(cursor));
  if (parsed.success) return parsed.data;
  throw cursorMalformed();
}

/** The refusal of a cursor that is not one of the list it is used on. */
export function cursorMalformed(): Problem {
  return new Problem(400, 'cursor-malformed', {
    th: 'ตัวชี้หน้าไม่ถูกต้อง ให้ใช้ค่า next จากหน้าก่อนหน้าของรายการเดียวกัน หรือเริ่มใหม่โดยไม่ส่ง after',
    en: 'The cursor is not one of this list. Use `next` of the page before, or start again without `after`.',
  });
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
