import { csvDimensions, csvFigures, figureSource } from './figures-words';
import { indicatorCount } from './measures';
import type { ExactFigures, ReleasedFigures } from './release';

/** What a table of figures says of all its numbers, repeated in every line so that none travels without it. */
export interface CsvTable<Figures extends ExactFigures | ReleasedFigures> {
  readonly level: string;
  readonly round: string;
  readonly ruleset: string;
  readonly mask: string;
  readonly scope: string;
  readonly asOf: string;
  readonly asKnownAt: string;
  readonly exceptParkedEvents: number;
  readonly items: readonly ({
    readonly area: string;
    readonly name: { readonly th: string; readonly en: string };
  } & Figures)[];
}

const indicatorNumbers = Array.from({ length: indicatorCount }, (_, index) => index + 1);

/** The lines of a table of figures, header first, each with its line end. Figures by indicator are there inside the area scope only. */
export function* figuresCsv<Figures extends ExactFigures | ReleasedFigures>(
  table: CsvTable<Figures>,
): Generator<string> {
  const { level, round, ruleset, mask, scope, asOf, asKnownAt, exceptParkedEvents, items } = table;
  const hasIndicators = scope === 'inside';
  yield line([
    ...[
      'area',
      'name_th',
      'name_en',
      'level',
      'round',
      'ruleset',
      'mask',
      'scope',
      'as_of',
      'as_known_at',
      'source',
      'except_parked_events',
    ],
    ...csvFigures.map(([column]) => column),
    ...csvDimensions.map(([column]) => column),
    ...(hasIndicators ? indicatorColumns() : []),
  ]);
  for (const item of items) {
    yield line([
      ...[
        item.area,
        item.name.th,
        item.name.en,
        level,
        round,
        ruleset,
        mask,
        scope,
        asOf,
        asKnownAt,
        figureSource.en,
        exceptParkedEvents,
      ],
      ...csvFigures.map(([, figure]) => item[figure]),
      ...csvDimensions.map(([, dimension]) => item.targetByDimension[dimension]),
      ...('applicable' in item ? [...item.applicable, ...item.failed, ...item.targetByIndicator] : []),
    ]);
  }
}

function indicatorColumns(): readonly string[] {
  return ['applicable', 'failed', 'target_failing'].flatMap((figure) =>
    indicatorNumbers.map((number) => `${figure}_indicator_${number}_persons`),
  );
}

function line(cells: readonly (string | number | null)[]): string {
  return `${cells.map(cellText).join(',')}\n`;
}

/** Quoted as RFC 4180 asks, where it has to be. No cell begins like a formula: all texts here are our own. */
function cellText(cell: string | number | null): string {
  if (cell === null) return '';
  const text = `${cell}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
