import { DIMENSION_INDICATORS, INDICATOR_COUNT, failedDimensions } from '../indicators';
import type { Random } from '../random';
import type { VillageFigures } from '../village-figures';

/** Counts the figures of a made-up village, so that a population with these figures is known to exist. */
export function figuresOfRandomVillage(random: Random): VillageFigures {
  const households = Array.from({ length: random.between(1, 30) }, () => {
    const size = random.between(1, 7);
    const isPoor = random.chance(0.4);
    let failed = 0;
    if (isPoor)
      for (const own of DIMENSION_INDICATORS)
        if (random.chance(0.3)) failed |= own & random.int(0x7fffffff) & random.int(0x7fffffff);
    failed |=
      random.int(0x7fffffff) & random.int(0x7fffffff) & ~DIMENSION_INDICATORS.reduce((all, own) => all | own, 0);
    const verified = random.chance(0.4) ? random.between(0, Math.min(3, size)) : 0;
    const registered = Math.min(size, verified + (random.chance(0.2) ? 1 : 0));
    const elderly = random.chance(0.4) ? random.between(0, Math.min(2, size)) : 0;
    const answered = failed | random.int(0x7fffffff);
    return {
      size,
      failed,
      answered,
      verified,
      registered,
      elderly,
      ill: random.chance(0.1),
      happiness: random.between(5, 10),
    };
  });
  const total = (count: (household: (typeof households)[number]) => number, of = households): number =>
    of.reduce((sum, household) => sum + count(household), 0);
  const perIndicator = (
    count: (household: (typeof households)[number]) => number,
    bits: 'failed' | 'answered',
    of = households,
  ): number[] =>
    Array.from({ length: INDICATOR_COUNT }, (_, i) =>
      total(
        count,
        of.filter((household) => household[bits] & (1 << i)),
      ),
    );
  const sets = [...new Set(households.map(({ failed }) => failedDimensions(failed)))].filter((set) => set !== 0);
  return {
    villageId: '8417010101',
    households: households.length,
    members: total(({ size }) => size),
    registered: total(({ registered }) => registered),
    verified: total(({ verified }) => verified),
    elderly: total(({ elderly }) => elderly),
    disabled: total(({ ill }) => (ill ? 1 : 0)),
    chronic: 0,
    happiness: { sum: total(({ happiness }) => happiness), count: households.length },
    applicable: perIndicator(({ size }) => size, 'answered'),
    failing: perIndicator(({ size }) => size, 'failed'),
    cells: sets.map((dimensions) => {
      const own = households.filter(({ failed }) => failedDimensions(failed) === dimensions);
      return {
        dimensions,
        households: own.length,
        persons: total(({ size }) => size, own),
        registered: total(({ registered }) => registered, own),
        verified: total(({ verified }) => verified, own),
        failing: perIndicator(({ verified }) => verified, 'failed', own),
      };
    }),
  };
}
