/** The order in which Thai lists are shown: ICU `th` (vowels written before a consonant sort after it), numbers by value. */
export const thaiCollator: Intl.Collator = new Intl.Collator('th', { numeric: true });

/**
 * Compares two texts in Thai order, for `Array.prototype.sort`: negative, zero or positive.
 *
 * @example ['แก้ว', 'กาน', 'ขวัญ'].sort(compareThai) // ['กาน', 'แก้ว', 'ขวัญ']
 */
export function compareThai(left: string, right: string): number {
  return thaiCollator.compare(left, right);
}
