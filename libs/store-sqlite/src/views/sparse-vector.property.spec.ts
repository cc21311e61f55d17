import fc from 'fast-check';
import { addVectors, VectorWriter } from './sparse-vector';

const amounts = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: fc.integer({ min: -200, max: 200 }) },
  { weight: 1, arbitrary: fc.maxSafeInteger().map((amount) => Math.trunc(amount / 16)) },
);

describe('a sparse vector', () => {
  test('read back is what was written, added to what was there, one behind the other', () => {
    fc.assert(
      fc.property(fc.array(fc.array(amounts, { minLength: 400, maxLength: 400 }), { maxLength: 4 }), (vectors) => {
        const writer = new VectorWriter(400);
        const bytes = Buffer.concat(vectors.map((values) => Buffer.from(writer.write(Float64Array.from(values)))));
        const sums = new Float64Array(400);
        addVectors(bytes, sums);
        expect([...sums]).toEqual(
          Array.from({ length: 400 }, (_, measure) => vectors.reduce((sum, values) => sum + (values[measure] ?? 0), 0)),
        );
      }),
      { seed: 20210301 },
    );
  });

  test('of nothing takes no space, and small counts take two bytes each, beside the length', () => {
    const writer = new VectorWriter(300);
    expect(writer.write(new Float64Array(300))).toHaveLength(0);
    const counts = new Float64Array(300);
    counts[0] = 63;
    counts[100] = -64;
    expect(writer.write(counts)).toHaveLength(5);
  });

  test('refuses what is not whole or too large to be exact', () => {
    const writer = new VectorWriter(1);
    for (const amount of [0.5, Number.NaN, 2 ** 53]) {
      expect(() => writer.write(Float64Array.of(amount))).toThrow(/whole numbers/);
    }
  });
});
