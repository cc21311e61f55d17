import { normaliseSpelling, parseIdentityNumber, toArabicDigits } from '@faemban/thai';
import fc from 'fast-check';
import { dirty } from './dirt';
import { namesFrom, fakerNames } from './names';
import { randomOf } from './random';

describe('writing cells carelessly', () => {
  const { male, female, family } = fakerNames();

  test('never changes what a name says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...male, ...female, ...family, 'แม่นํ้า', 'อำไพ'), fc.nat(100_000), (name, seed) => {
        const cells = [name];
        dirty(cells, ['name'], 1, randomOf(`dirt ${seed}`));
        expect(cells[0]).not.toBe(name);
        expect(normaliseSpelling(cells[0] as string)).toBe(normaliseSpelling(name));
      }),
    );
  });

  test('never changes an identity number, a date or an amount', () => {
    fc.assert(
      fc.property(fc.nat(100_000), (seed) => {
        const cells = ['1840000000028', '15/2/2561', '12500.75', 'G840000000123'];
        dirty(cells, ['identityNumber', 'figure', 'figure', 'identityNumber'], 1, randomOf(`dirt ${seed}`));
        expect(parseIdentityNumber(cells[0] as string).normalised).toBe('1840000000028');
        expect(cells.slice(1).map(toArabicDigits)).toEqual(['15/2/2561', '12500.75', 'G840000000123']);
      }),
    );
  });

  test('touches one cell of about the stated share of rows, and no clean one', () => {
    const random = randomOf('share');
    let touched = 0;
    for (let k = 0; k < 10_000; k += 1) {
      const cells = ['8417010101-0001', 'สมชาย', '1840000000028'];
      if (dirty(cells, ['clean', 'name', 'identityNumber'], 0.05, random)) touched += 1;
      if (cells[0] !== '8417010101-0001') throw new Error('a clean cell was changed');
    }
    expect(touched).toBeGreaterThan(400);
    expect(touched).toBeLessThan(600);
  });
});

describe('reading name lists', () => {
  test('says which file is missing', () => {
    expect(() => namesFrom('/nowhere')).toThrow(/family_names_th.txt/);
  });
});
