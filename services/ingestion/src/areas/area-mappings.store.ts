import type { Database } from '../staging/schema.store';
import type { AreaMapping } from './area-mapping';
import type { AreaMappings } from './place';

/** A source's code and what it is mapped to. */
export interface KnownMapping extends AreaMapping {
  readonly mappingId: string;
  readonly source: string;
  readonly sourceCode: string;
}

interface Row {
  readonly id: string;
  readonly source: string;
  readonly code: string;
  readonly state: string;
}

/** What every mapped code stands for, as its events say; for looking up while rows are read. */
export class AreaMappingsStore implements AreaMappings {
  private readonly targets = new Map<string, string>();

  constructor(private readonly db: Database) {
    for (const mapping of this.all()) this.remember(mapping);
  }

  findTarget(source: string, sourceCode: string): string | undefined {
    return this.targets.get(`${source}/${sourceCode}`);
  }

  find(mappingId: string): KnownMapping | undefined {
    const row = this.db.prepare<[string], Row>('SELECT * FROM area_mappings WHERE id = ?').get(mappingId);
    return row && mappingOf(row);
  }

  /** In the order of source and code. */
  all(): KnownMapping[] {
    return this.db.prepare<[], Row>('SELECT * FROM area_mappings ORDER BY source, code').all().map(mappingOf);
  }

  put({ mappingId, source, sourceCode, ...state }: KnownMapping): void {
    this.db
      .prepare('INSERT OR REPLACE INTO area_mappings (id, source, code, state) VALUES (?, ?, ?, ?)')
      .run(mappingId, source, sourceCode, JSON.stringify(state));
    this.remember({ mappingId, source, sourceCode, ...state });
  }

  private remember({ source, sourceCode, target }: KnownMapping): void {
    if (target !== undefined) this.targets.set(`${source}/${sourceCode}`, target);
  }
}

const mappingOf = ({ id, source, code, state }: Row): KnownMapping => ({
  ...(JSON.parse(state) as AreaMapping),
  ...{ mappingId: id, source, sourceCode: code },
});
