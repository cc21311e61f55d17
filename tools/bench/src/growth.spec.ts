import { exponentOf } from './growth';

describe('the exponent of growing work', () => {
  test('is 1 where cost grows with the work, whatever a unit costs', () => {
    expect(exponentOf([10, 40, 160].map((size) => ({ size, seconds: size * 0.03 })))).toBe(1);
  });

  test('is 2 where every unit is compared with every other', () => {
    expect(exponentOf([10, 40, 160].map((size) => ({ size, seconds: size ** 2 / 1e6 })))).toBe(2);
  });

  test('is nothing that could be stated of one size alone', () => {
    expect(exponentOf([{ size: 10, seconds: 1 }])).toBeNaN();
  });
});
