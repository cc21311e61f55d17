import type { mongo } from 'mongoose';
import type { Find, GenerationRow, Page, Put, StoredSlices, ViewShape } from '@faemban/event-sourcing';
import { ensureIndexes } from '../connection/open-database';
import { MongoRefused, withDatabase } from '../failures';
import { findRows, type Row, type RowChanges, type RowContent } from '../rows/guarded-rows';
import { indexOf, keyField, rangeOf, readCursor, writeCursor } from './index-query';
import { sortKey } from './sort-keys';

/** A document of MongoDB holds 16 MiB; what stands beside the slices has room in the rest. In bytes. */
const slicesBytesMax = 15 * 1024 * 1024;

/** A row as an intent tells it: slices as JSON text, one key for each declared index; neither where it is removed. */
export interface IntendedDocument {
  readonly id: string;
  readonly slices?: string;
  readonly keys?: readonly string[];
}

/** The rows of one generation of a view: slices as JSON text, and a key for each declared index where the row shows something. */
export class DocumentRows<Doc extends object> {
  constructor(
    readonly rows: mongo.Collection<Row>,
    private readonly shape: ViewShape,
    /** Which generation's cursors are good here. */
    private readonly mark: string,
  ) {}

  /** Makes and verifies the declared indexes. @throws MongoRefused */
  async prepareIndexes(): Promise<void> {
    const wanted = Object.keys(this.shape.indexes).map((name) => ({
      name,
      key: { [keyField(this.shape, name)]: 1 } as const,
    }));
    await ensureIndexes(this.rows as unknown as mongo.Collection, wanted);
  }

  /** What putting a row means. @throws MongoRefused where it is larger than a document may be */
  intended({ id, slices, indexed }: Put): IntendedDocument {
    const text = JSON.stringify(slices);
    if (text.length > slicesBytesMax / 3 && Buffer.byteLength(text) > slicesBytesMax)
      throw rowTooLarge(this.shape.name);
    if (indexed === undefined) return { id, slices: text };
    const keys = Object.values(this.shape.indexes).map((fields) =>
      sortKey(
        fields.map((field) => indexed[field]),
        id,
      ),
    );
    return { id, slices: text, keys };
  }

  changes(intended: readonly IntendedDocument[]): RowChanges {
    return new Map(intended.map((one) => [one.id, () => contentOf(one)]));
  }

  content(put: Put): RowContent {
    return contentOf(this.intended(put));
  }

  async slices(ids: readonly string[]): Promise<ReadonlyMap<string, StoredSlices>> {
    const found = new Map<string, StoredSlices>();
    for (const [id, { slices }] of await findRows(this.rows, ids)) {
      if (typeof slices === 'string') found.set(id, JSON.parse(slices) as StoredSlices);
    }
    return found;
  }

  async get(ids: readonly string[]): Promise<ReadonlyMap<string, Doc>> {
    const found = new Map<string, Doc>();
    for (const [id, row] of await findRows(this.rows, ids)) {
      const doc = row['isShown'] === true ? this.show(row) : undefined;
      if (doc !== undefined) found.set(id, doc);
    }
    return found;
  }

  async find(find: Find): Promise<Page<Doc>> {
    const { index, limit, order = 'ascending' } = find;
    const { fields, key } = indexOf(this.shape, index);
    const range = inRange(key, rangeOf(find, fields));
    const after = find.after === undefined ? undefined : readCursor(find.after, this.mark, index);
    const behind = order === 'ascending' ? '$gt' : '$lt';
    const filter = after === undefined ? range : { $and: [range, { [key]: { [behind]: after } }] };
    const found = this.rows.find(filter).sort({ [key]: order === 'ascending' ? 1 : -1 });
    const rows = await withDatabase(() => found.limit(limit + 1).toArray());
    const page = rows.slice(0, limit);
    const items = page.map((row) => this.show(row)).filter((doc) => doc !== undefined);
    const last = page.at(-1);
    if (rows.length <= limit || last === undefined) return { items };
    return { items, next: writeCursor(this.mark, index, String(last[key])) };
  }

  async count({ index, ...asked }: Pick<Find, 'index' | 'equals' | 'prefix'>): Promise<number> {
    const { fields, key } = indexOf(this.shape, index);
    return withDatabase(() => this.rows.countDocuments(inRange(key, rangeOf(asked, fields))));
  }

  /** A row in a form that does not depend on the order in which contexts were folded; undefined where it is gone. */
  static generationRow({ _id, slices, isShown, ...rest }: mongo.Document): GenerationRow | undefined {
    if (typeof slices !== 'string') return undefined;
    const stored = JSON.parse(slices) as StoredSlices;
    const sorted = Object.keys(stored)
      .sort()
      .map((context) => [context, stored[context]]);
    const keys = Object.keys(rest)
      .filter((field) => field.startsWith('key'))
      .sort()
      .map((field) => rest[field] as string);
    return { key: _id as string, content: JSON.stringify([sorted, isShown, keys]) };
  }

  private show({ _id, slices }: Row): Doc | undefined {
    const stored = JSON.parse(slices as string) as StoredSlices;
    const states: Record<string, unknown> = {};
    for (const context of Object.keys(stored)) states[context] = stored[context]?.state;
    return this.shape.show(states, _id) as Doc | undefined;
  }
}

function contentOf({ slices, keys }: IntendedDocument): RowContent {
  if (slices === undefined) return {};
  const fields = (keys ?? []).map((key, place) => [`key${place}`, key] as const);
  return { slices, isShown: keys !== undefined, ...Object.fromEntries(fields) };
}

function inRange(key: string, { from, before }: { readonly from: string; readonly before: string }): mongo.Filter<Row> {
  return { [key]: { $gte: from, $lt: before } };
}

function rowTooLarge(view: string): MongoRefused {
  return new MongoRefused({
    th: `มุมมอง ${view} มีแถวที่ใหญ่เกิน ${slicesBytesMax} ไบต์ ซึ่ง MongoDB เก็บไม่ได้ โปรดแก้มุมมองให้แต่ละแถวเก็บน้อยลง แล้วประกาศเป็นรุ่นใหม่`,
    en: `The view ${view} has a row of more than ${slicesBytesMax} bytes, which MongoDB does not hold. Let the view keep less in a row, and declare it as a new version.`,
  });
}
