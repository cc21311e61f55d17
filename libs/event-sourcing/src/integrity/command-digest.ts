import { hash } from 'node:crypto';

/**
 * SHA-256 (hex) over a command alone, whatever the order of its keys: tells a repeated command from a reused id. Members that are
 * undefined are as good as absent; dates and the like count as their JSON form.
 */
export function commandDigest(command: object): string {
  return hash('sha256', JSON.stringify(positional(command)));
}

/** Marks in front of what an array holds, so that an object never looks like an array. */
const arrayMark = 0;
const objectMark = 1;

/** The value with every object as its names, sorted, and its values in that order. Sorting is saved where many are of one shape. */
function positional(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return [arrayMark, ...value.map(positional)];
  if ('toJSON' in value && typeof value.toJSON === 'function') return positional(value.toJSON());
  const members = value as Record<string, unknown>;
  const { sorted, names } = shapeOf(Object.keys(members));
  const parts: unknown[] = [objectMark, names];
  for (const key of sorted) {
    const member = members[key];
    if (member === undefined) return positional(withoutUndefined(members));
    parts.push(positional(member));
  }
  return parts;
}

function withoutUndefined(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));
}

interface Shape {
  readonly keys: readonly string[];
  readonly sorted: readonly string[];
  /** The sorted keys as JSON text. */
  readonly names: string;
}

/** The shape seen last for a first key and a number of keys: commands of one kind come in thousands. */
const lastShapes = new Map<string, Shape>();
const lastShapesMax = 1_000;

function shapeOf(keys: readonly string[]): Shape {
  const place = `${keys.length} ${keys[0] ?? ''}`;
  const last = lastShapes.get(place);
  if (last !== undefined && keys.every((key, index) => key === last.keys[index])) return last;
  const sorted = [...keys].sort();
  const shape = { keys, sorted, names: JSON.stringify(sorted) };
  if (lastShapes.size >= lastShapesMax) lastShapes.clear();
  lastShapes.set(place, shape);
  return shape;
}

/** Stands for the digest of a command that came back from the published log, which does not carry it: nothing can be compared with it. */
export const digestUnknown = '';

/** Whether what is remembered of a command is of this one, as far as that is known. */
export function isDigestOf(remembered: string, digest: string): boolean {
  return remembered === digest || remembered === digestUnknown;
}
