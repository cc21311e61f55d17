import type { Folded } from './fold-recording';
import type { DeclaredDifference } from './recording';

/** One place in which today's fold differs from what was recorded. */
export interface Difference {
  /** Such as `aggregates/score`. */
  readonly of: string;
  /** The stream, document or series. */
  readonly key: string;
  /** Where in it, by names and positions: `surveys/0/round`; '' where all of it is there only once. */
  readonly place: string;
  readonly recorded: unknown;
  readonly today: unknown;
}

/** Every difference between what was recorded and what today's code makes of the same events. */
export function differencesOf(recorded: Folded, today: Folded): readonly Difference[] {
  const differences: Difference[] = [];
  for (const part of ['aggregates', 'views', 'tallies'] as const) {
    for (const name of namesIn(recorded[part], today[part])) {
      const [before = {}, now = {}] = [recorded[part][name], today[part][name]];
      for (const key of namesIn(before, now)) {
        compare(before[key], now[key], '', (place, was, is) =>
          differences.push({ of: `${part}/${name}`, key, place, recorded: was, today: is }),
        );
      }
    }
  }
  return differences;
}

/** The differences nobody declared, and the declarations that nothing bears out. */
export function judge(
  differences: readonly Difference[],
  declared: readonly DeclaredDifference[],
): { readonly undeclared: readonly Difference[]; readonly idle: readonly DeclaredDifference[] } {
  const covers = (one: DeclaredDifference, { of, place }: Difference): boolean =>
    one.of === of && (one.place === '' || place === one.place || place.startsWith(`${one.place}/`));
  return {
    undeclared: differences.filter((difference) => !declared.some((one) => covers(one, difference))),
    idle: declared.filter((one) => !differences.some((difference) => covers(one, difference))),
  };
}

/**
 * The aggregates whose state differs from what was recorded while their fold version is the same: a snapshot that the old code took would be
 * read by the new.
 */
export function unraisedFolds(recorded: Folded, today: Folded): readonly string[] {
  const differing = new Set(differencesOf(recorded, today).map(({ of }) => of));
  return Object.entries(recorded.folds ?? {})
    .filter(([name, version]) => differing.has(`aggregates/${name}`) && today.folds?.[name] === version)
    .map(([name]) => name);
}

function compare(
  was: unknown,
  is: unknown,
  place: string,
  found: (place: string, was: unknown, is: unknown) => void,
): void {
  if (Object.is(was, is)) return;
  if (!isTree(was) || !isTree(is) || Array.isArray(was) !== Array.isArray(is)) return found(place, was, is);
  for (const name of namesIn(was, is)) compare(was[name], is[name], place === '' ? name : `${place}/${name}`, found);
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function namesIn(one: object, other: object): readonly string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])];
}
