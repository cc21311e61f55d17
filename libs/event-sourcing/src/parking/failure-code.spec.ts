import { z } from 'zod';
import { RuleBroken } from '../decider';
import { behind, failed, failureCode } from './failure-code';

describe('the code of a failure', () => {
  test('is the same for every event that fails alike, whatever ids, texts and numbers its message names', () => {
    const of = (id: string, seq: number) => new TypeError(`Cannot read "${id}" of household ${id} at seq ${seq}`);
    const one = failureCode(of('0198b2d0-7c00-7000-8000-0000000000c1', 7));
    expect(one).toMatch(/^type-error-[0-9a-f]{8}$/);
    expect(failureCode(of('0198b2d0-7c00-7000-8000-0000000000c2', 12_345))).toBe(one);
    expect(failureCode(new TypeError('Cannot write'))).not.toBe(one);
    expect(failureCode(new RangeError(of('a', 1).message))).not.toBe(one);
  });

  test('is the name of a broken rule, or the code that a driver gives', () => {
    const rule = new RuleBroken('case-must-be-open', { th: 'ปิดแล้ว', en: 'It is closed.' });
    expect(failureCode(rule)).toBe('case-must-be-open');
    expect(failureCode(Object.assign(new Error('no'), { code: 'SQLITE_CONSTRAINT' }))).toBe('sqlite-constraint');
  });

  test('tells data that does not fit by what does not fit, not by the value', () => {
    const schema = z.strictObject({ value: z.number() });
    const of = (data: unknown): string => failureCode(schema.safeParse(data).error);
    expect(of({ value: 'x' })).toMatch(/^zod-error-[0-9a-f]{8}$/);
    expect(of({ value: 'x' })).toBe(of({ value: 'y' }));
  });

  test('is short, lower case and never empty, whatever is thrown', () => {
    const odd = Object.assign(new Error('ไม่ได้'), { name: `ขัดข้อง${'X'.repeat(200)}` });
    for (const thrown of [odd, Object.assign(new Error(''), { name: '' }), 'text', undefined, 7, { a: 1 }]) {
      expect(failureCode(thrown)).toMatch(/^[a-z][a-z0-9-]{2,79}$/);
    }
  });

  test('stands beside the class and the message; what only waits has a code of its own and was not tried', () => {
    expect(failed(new TypeError('no'))).toMatchObject({ cause: 'poison', message: 'TypeError: no', attempts: 1 });
    expect(behind('event e')).toEqual({
      cause: 'behind',
      code: 'behind',
      message: 'Waits behind event e.',
      attempts: 0,
    });
  });
});
