import { gapOf, isPoor, scoreRecord } from '../method/alkire-foster/record';
import type { AfIdentification, PreparedSpecification } from '../method/alkire-foster/specification';
import { at, createSumTable, layoutOf, type SumTable } from '../method/alkire-foster/sums';
import { cellAt, type Columns } from './columns';

/**
 * The household path: every row is scored by itself, indicator by indicator, as the method is written. Slow, and what the fast paths
 * are held against: they give the same sums bit for bit.
 */
export function scoreOneByOne(
  prepared: PreparedSpecification,
  identification: AfIdentification,
  columns: Columns,
): SumTable {
  const scored = Array.from({ length: columns.length }, (_, row) => {
    const cells = prepared.indicators.map(({ bit }) => cellAt(columns, row, bit));
    return scoreRecord(prepared, cells);
  });
  const dens = new Set(scored.flatMap((score) => (score ? [score.den] : [])));
  const layout = layoutOf(prepared, dens.size === 0 ? [prepared.denominator] : [...dens]);
  const table = createSumTable(layout, columns.areas.length);
  const add = (area: number, place: number, amount: number): void => {
    const index = area * layout.stride + place;
    table.sums[index] = (table.sums[index] ?? 0) + amount;
  };
  for (let area = 0; area < columns.areas.length; area++) {
    for (let row = columns.areaStart[area] ?? 0; row < (columns.areaStart[area + 1] ?? 0); row++) {
      const score = scored[row];
      const [persons, records] = [columns.persons[row] ?? 0, columns.records[row] ?? 0];
      if (!score) {
        add(area, at.droppedRecords, records);
        add(area, at.droppedPersons, persons);
        continue;
      }
      add(area, at.records, records);
      add(area, at.persons, persons);
      for (const j of score.deprived) add(area, layout.raw(j), persons);
      if (!isPoor(prepared, identification, score)) continue;
      const den = layout.denIndex.get(score.den) ?? 0;
      add(area, at.poorRecords, records);
      add(area, at.poor, persons);
      add(area, layout.score(den), persons * score.num);
      for (const j of score.deprived) add(area, layout.censored(den, j), persons);
      if (!prepared.hasLines) continue;
      for (const power of [1, 2] as const) {
        let gaps = 0;
        for (const j of score.deprived) {
          const { line, weight = 0, bit = 0 } = prepared.indicators[j] ?? {};
          gaps += weight * gapOf(line, columns.achievements.get(bit)?.[row], power);
        }
        add(area, layout.gap(den, power), persons * gaps);
      }
    }
  }
  return table;
}
