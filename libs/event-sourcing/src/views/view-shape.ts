import type { ContextName } from '@faemban/contracts';
import { invariant } from '../errors';
import type { IndexValue, ViewShape } from '../ports';
import type { Tally, View } from './define-view';

/** Tells a tally from a view of documents. */
export function isTally(viewOrTally: View | Tally): viewOrTally is Tally {
  return 'contributions' in viewOrTally;
}

/** What a view store must know of a view or a tally. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the document and slice types do not matter to a store
export function asViewShape(viewOrTally: View<any> | Tally<any>): ViewShape {
  const { name, version } = viewOrTally;
  if (isTally(viewOrTally)) {
    const { context, measures } = viewOrTally;
    return { name, version, contexts: [context], indexes: {}, measures, show: () => undefined };
  }
  const { slices, indexes, show } = viewOrTally;
  return { name, version, contexts: Object.keys(slices) as ContextName[], indexes, show };
}

/**
 * The values of a document's indexed fields. True and false are indexed as 1 and 0, an absent field as null.
 * @throws Error (invariant) where a field holds what no index can order
 */
export function indexedValues(shape: ViewShape, doc: object): Readonly<Record<string, IndexValue>> {
  const values: Record<string, IndexValue> = {};
  for (const fields of Object.values(shape.indexes)) {
    for (const field of fields) values[field] ??= indexValue(field, (doc as Record<string, unknown>)[field]);
  }
  return values;
}

function indexValue(field: string, value: unknown): IndexValue {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  const orders = typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
  invariant(orders, `the indexed field ${field} is a text, a finite number, true, false or nothing`);
  return value;
}
