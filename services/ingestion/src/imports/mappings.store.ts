import type { ImportKind, ImportPart } from '@faemban/contracts';
import type { PartMapping } from '../sources/column-mapping';
import type { Database } from '../staging/schema.store';

/** Whose files a mapping is for. */
export interface MappingOf {
  readonly source: string;
  readonly kind: ImportKind;
}

/** A mapping as it is remembered. `name` is what an import says it was read by. */
export interface RememberedMapping extends MappingOf {
  readonly part: ImportPart;
  readonly name: string;
  readonly mapping: PartMapping;
  readonly rememberedBy: string;
  readonly rememberedAt: string;
}

interface Row {
  readonly source: string;
  readonly kind: string;
  readonly version: number;
  readonly part: string;
  readonly mapping: string;
  readonly remembered_by: string;
  readonly remembered_at: string;
}

/**
 * How each source's files are read. Versions count for source and kind together, and never change: version 3 of them means each part as it was
 * mapped last at or before 3, so that one name tells how every part of an import was read, for ever.
 */
export class MappingsStore {
  constructor(private readonly db: Database) {
    db.exec(`
      CREATE TABLE IF NOT EXISTS mappings (
        source TEXT NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL, part TEXT NOT NULL, mapping TEXT NOT NULL,
        remembered_by TEXT NOT NULL, remembered_at TEXT NOT NULL, PRIMARY KEY (source, kind, version)
      ) WITHOUT ROWID, STRICT
    `);
  }

  /** Remembers how a part is read. Said again, it is no new version. */
  put(of: MappingOf & { readonly part: ImportPart }, mapping: PartMapping, by: string, at: string): RememberedMapping {
    const text = JSON.stringify(mapping);
    const { source, kind, part } = of;
    return this.db.transaction(() => {
      const current = this.row(of, part, Number.MAX_SAFE_INTEGER);
      if (current?.mapping === text) return remembered({ ...current, version: this.newest(of) });
      const row: Row = {
        ...{ source, kind, part, version: this.newest(of) + 1, mapping: text },
        ...{ remembered_by: by, remembered_at: at },
      };
      this.db
        .prepare(
          `INSERT INTO mappings (source, kind, version, part, mapping, remembered_by, remembered_at)
           VALUES (@source, @kind, @version, @part, @mapping, @remembered_by, @remembered_at)`,
        )
        .run(row);
      return remembered(row);
    })();
  }

  /** How a part is read under a name; undefined where that name leaves it as the form has it. */
  find(of: MappingOf, part: ImportPart, name: string): PartMapping | undefined {
    const version = versionOf(of, name);
    const row = version === undefined ? undefined : this.row(of, part, version);
    return row && remembered(row).mapping;
  }

  /** Whether a name is one of this source and kind. */
  has(of: MappingOf, name: string): boolean {
    const version = versionOf(of, name);
    return version !== undefined && version >= 1 && version <= this.newest(of);
  }

  /** The newest name of a source and kind; undefined where nothing is remembered. */
  newestName(of: MappingOf): string | undefined {
    const version = this.newest(of);
    return version === 0 ? undefined : nameOf(of, version);
  }

  /** How every part of every source is read now, in the order of source, kind and part. */
  all(): RememberedMapping[] {
    return this.db
      .prepare<[], Row>(
        `SELECT * FROM mappings AS one WHERE version =
           (SELECT max(version) FROM mappings WHERE source = one.source AND kind = one.kind AND part = one.part)
         ORDER BY source, kind, part`,
      )
      .all()
      .map(remembered);
  }

  private newest({ source, kind }: MappingOf): number {
    const row = this.db
      .prepare<[string, string], { version: number | null }>(
        'SELECT max(version) AS version FROM mappings WHERE source = ? AND kind = ?',
      )
      .get(source, kind);
    return row?.version ?? 0;
  }

  private row({ source, kind }: MappingOf, part: ImportPart, version: number): Row | undefined {
    return this.db
      .prepare<[string, string, string, number], Row>(
        `SELECT * FROM mappings WHERE source = ? AND kind = ? AND part = ? AND version <= ? ORDER BY version DESC LIMIT 1`,
      )
      .get(source, kind, part, version);
  }
}

const nameOf = ({ source, kind }: MappingOf, version: number): string => `${source}-${kind}/v${version}`;

function versionOf({ source, kind }: MappingOf, name: string): number | undefined {
  const begin = `${source}-${kind}/v`;
  const version = name.startsWith(begin) ? Number(name.slice(begin.length)) : Number.NaN;
  return Number.isInteger(version) ? version : undefined;
}

function remembered({ source, kind, version, part, mapping, remembered_by, remembered_at }: Row): RememberedMapping {
  const of: MappingOf = { source, kind: kind as ImportKind };
  return {
    ...{ ...of, part: part as ImportPart, name: nameOf(of, version), mapping: JSON.parse(mapping) as PartMapping },
    ...{ rememberedBy: remembered_by, rememberedAt: remembered_at },
  };
}
