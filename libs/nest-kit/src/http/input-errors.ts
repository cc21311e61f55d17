import type { Sentence } from '@faemban/event-sourcing';
import type { InputError } from './problem';
import { Problem } from './problem';

/** The most errors one answer lists; the rest are counted. */
export const inputErrorsMax = 100;

/** What zod and the Standard Schema interface tell about one thing wrong. */
export interface Issue {
  readonly message: string;
  readonly code?: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[];
  readonly keys?: readonly string[];
  readonly expected?: unknown;
  readonly minimum?: number | bigint;
  readonly maximum?: number | bigint;
  readonly values?: readonly unknown[];
}

/** The problem of input that does not parse: 400 `input-invalid` with one entry per thing wrong, none of which repeats a value. */
export function inputProblem(issues: readonly Issue[]): Problem {
  const errors: InputError[] = issues.slice(0, inputErrorsMax).map((issue) => {
    const sentence = issueSentence(issue);
    return { path: pathOf(issue), code: issue.code ?? 'invalid', th: sentence.th, en: sentence.en };
  });
  return new Problem(
    400,
    'input-invalid',
    {
      th: `ข้อมูลที่ส่งมาไม่ผ่านการตรวจ ${issues.length} จุด ดูตำแหน่งและเหตุผลใน errors แล้วส่งใหม่`,
      en: `${issues.length} ${issues.length === 1 ? 'thing is' : 'things are'} wrong with what was sent. See \`errors\` for where and why, and send again.`,
    },
    { errors, ...(issues.length > errors.length ? { errorsTotal: issues.length } : {}) },
  );
}

function pathOf(issue: Issue): string {
  return (issue.path ?? [])
    .map((segment) => printable(String(typeof segment === 'object' ? segment.key : segment)))
    .join('.');
}

/** Names chosen by the caller are repeated only where they look like a name, so that no value typed in the wrong place comes back. */
function printable(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_-]{0,39}$/.test(name) || /^\d{1,7}$/.test(name) ? name : '…';
}

const kinds: Readonly<Record<string, Sentence>> = {
  string: { th: 'ข้อความ', en: 'text' },
  number: { th: 'ตัวเลข', en: 'a number' },
  int: { th: 'จำนวนเต็ม', en: 'a whole number' },
  boolean: { th: 'true หรือ false', en: 'true or false' },
  array: { th: 'รายการ', en: 'a list' },
  object: { th: 'ออบเจกต์ JSON', en: 'a JSON object' },
  date: { th: 'วันที่', en: 'a date' },
};

/** What is wrong, in a sentence that follows the name of what it is about. */
export function issueSentence(issue: Issue): Sentence {
  switch (issue.code) {
    case 'invalid_type': {
      const kind = kinds[String(issue.expected)];
      return kind
        ? { th: `ต้องมีค่าและเป็น${kind.th}`, en: `This is needed, and must be ${kind.en}.` }
        : { th: 'ชนิดข้อมูลไม่ถูกต้อง', en: 'This is of the wrong kind.' };
    }
    case 'unrecognized_keys': {
      const keys = (issue.keys ?? []).map(printable).join(', ');
      return { th: `ไม่รู้จักชื่อ: ${keys}`, en: `These names are not known here: ${keys}.` };
    }
    case 'invalid_value': {
      const values = (issue.values ?? []).map(String).join(', ');
      return { th: `ต้องเป็นค่าใดค่าหนึ่งใน: ${values}`, en: `This must be one of: ${values}.` };
    }
    case 'too_big':
      return { th: `เกินกว่าที่กำหนด (สูงสุด ${issue.maximum})`, en: `This is over the limit of ${issue.maximum}.` };
    case 'too_small':
      return { th: `น้อยกว่าที่กำหนด (ต่ำสุด ${issue.minimum})`, en: `This is under the minimum of ${issue.minimum}.` };
    case 'custom':
      return { th: issue.message, en: issue.message };
    default:
      return { th: 'รูปแบบไม่ถูกต้อง', en: 'This does not have the form it should have.' };
  }
}
