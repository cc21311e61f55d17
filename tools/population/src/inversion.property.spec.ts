import fc from 'fast-check';
import { invertUnions } from './inversion';

describe('inverting unions', () => {
  test('gives back any exact cells from their unions', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { minLength: 31, maxLength: 31 }), (counts) => {
        const exact = [0, ...counts];
        const unions = exact.map((_, mask) => exact.reduce((sum, count, set) => (set & mask ? sum + count : sum), 0));
        expect(invertUnions(unions)).toEqual(exact);
      }),
    );
  });
});
