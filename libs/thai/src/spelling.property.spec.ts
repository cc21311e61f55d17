import * as fc from 'fast-check';
import { foreignCharacters } from './foreign-characters';
import { nameKey } from './names';
import { normaliseSpelling } from './spelling';

const thaiLetters = Array.from({ length: 0x5b }, (_, offset) => String.fromCharCode(0x0e01 + offset));
const thaiText = fc.string({ unit: fc.constantFrom(...thaiLetters, ' ', ' ', '\u200b', 'a') });
const anyText = fc.oneof(thaiText, fc.string({ unit: 'binary' }));
const consonants = fc.string({ unit: fc.constantFrom(...'กขคงจชดตทนบปพมยรลวสหอ'), minLength: 2, maxLength: 8 });

describe('a normalised spelling', () => {
  test('stays the same when normalised again', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = normaliseSpelling(text);
        expect(normaliseSpelling(once)).toBe(once);
      }),
      { numRuns: 3000, examples: [['าา๎'], ['ำา่'], ['าาา่้']] },
    );
  });

  test('does not depend on how the text was stored', () => {
    fc.assert(
      fc.property(thaiText, (text) => {
        fc.pre(!text.replaceAll('\u200b', '').includes('เแ'));
        const expected = normaliseSpelling(text);
        expect(normaliseSpelling(text.normalize('NFD'))).toBe(expected);
        expect(normaliseSpelling(text.normalize('NFKC'))).toBe(expected);
        expect(normaliseSpelling(text.replaceAll('แ', 'เ\u200bเ'))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('has no spaces at its ends, none doubled, and no control characters', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(normaliseSpelling(text)).not.toMatch(/^\s|\s$|\s\s|[\u0000-\u001f]/);
      }),
    );
  });
});

describe('a name key', () => {
  test('is the same with and without a title, spaces and invisible characters', () => {
    const title = fc.constantFrom('นาย', 'นางสาว', 'น.ส.', 'ด.ช.', 'พ.ต.ต.หญิง ', 'นาง ');
    fc.assert(
      fc.property(title, consonants, consonants, (prefix, first, last) => {
        fc.pre(nameKey(`${first} ${last}`) === first + last);
        expect(nameKey(`${prefix}${first}  ${last}\u200b`)).toBe(first + last);
      }),
    );
  });

  test('of letters never grows and never throws', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(nameKey(nameKey(text)).length).toBeLessThanOrEqual(nameKey(text).length);
      }),
    );
  });
});

describe('foreign characters', () => {
  test('are none in Thai text, and are found where they stand', () => {
    fc.assert(
      fc.property(consonants, fc.integer({ min: 0x0900, max: 0x097f }), consonants, (before, codePoint, after) => {
        expect(foreignCharacters(before + after)).toEqual([]);
        const found = foreignCharacters(before + String.fromCodePoint(codePoint) + after);
        expect(found).toMatchObject([{ index: before.length, character: String.fromCodePoint(codePoint) }]);
      }),
    );
  });
});
