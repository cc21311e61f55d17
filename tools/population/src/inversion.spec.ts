import { FiguresContradict, fifteenDigits, invertUnions, wholeNumbersBehindMean } from './inversion';

const HEALTH = 0b10000;
const LIVING = 0b01000;

/** Unions of a population given by exact sets, counted the plain way. */
function unionsOf(exact: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: 32 }, (_, mask) =>
    Object.entries(exact).reduce((sum, [set, count]) => (Number(set) & mask ? sum + count : sum), 0),
  );
}

describe('inverting the unions of five dimensions', () => {
  test('takes apart those who fail one dimension and those who fail both', () => {
    const unions = new Array<number>(32).fill(0).map((_, mask) => {
      if (mask & HEALTH && mask & LIVING) return 10;
      if (mask & HEALTH) return 7;
      return mask & LIVING ? 5 : 0;
    });
    const cells = invertUnions(unions);
    expect(cells[HEALTH]).toBe(5);
    expect(cells[LIVING]).toBe(3);
    expect(cells[HEALTH | LIVING]).toBe(2);
    expect(cells.reduce((sum, count) => sum + count, 0)).toBe(10);
  });

  test('gives back sets of every size', () => {
    const exact = { 0b10000: 4, 0b00110: 3, 0b11010: 2, 0b11111: 1 };
    const cells = invertUnions(unionsOf(exact));
    cells.forEach((count, set) => expect(count).toBe(exact[set as keyof typeof exact] ?? 0));
  });

  test('refuses unions that contradict each other, and names the cell', () => {
    const unions = unionsOf({ 0b10000: 4 });
    unions[HEALTH | LIVING] = 3;
    expect(() => invertUnions(unions, 'village 8412020401')).toThrow(FiguresContradict);
    expect(() => invertUnions(unions, 'village 8412020401')).toThrow(
      /village 8412020401: exactly [01]{5} would hold -1/,
    );
  });

  test('refuses a wrong number of counts', () => {
    expect(() => invertUnions([1, 2, 3])).toThrow(RangeError);
  });
});

describe('finding whole numbers behind a mean', () => {
  test('takes all households where their sum is whole', () => {
    expect(wholeNumbersBehindMean('8.32098765432099', 162)).toEqual({ sum: 1348, count: 162 });
  });

  test('takes fewer where only they give the mean', () => {
    expect(wholeNumbersBehindMean('7.5', 5)).toEqual({ sum: 30, count: 4 });
  });

  test('refuses a mean no number of households has', () => {
    expect(() => wholeNumbersBehindMean('7.123', 5)).toThrow(FiguresContradict);
  });

  test('prints ratios with 15 significant digits', () => {
    expect(fifteenDigits(1348 / 162)).toBe('8.32098765432099');
    expect(fifteenDigits(5)).toBe('5');
  });
});
