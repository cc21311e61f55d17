import { compareCells } from './compare';
import { cellsOf } from './published-files';

const published = cellsOf(
  '"tumbol_ID","household.CNT","happiness","indicator1.ALL"\n"840102",515,8.01553398058252,10\n',
);

describe('comparing with a published file', () => {
  test('finds nothing where every cell is the same', () => {
    expect(compareCells('f', published, published)).toEqual({ cells: 4, differences: [], notReached: 0 });
  });

  test('names a count that is off by one', () => {
    const ours = cellsOf(
      '"tumbol_ID","household.CNT","happiness","indicator1.ALL"\n"840102",514,8.01553398058252,10\n',
    );
    expect(compareCells('f', published, ours).differences).toEqual([
      { file: 'f', key: '840102', column: 'household.CNT', published: '515', ours: '514' },
    ]);
  });

  test('takes a mean as the same when it is so to 15 digits, and not at the fourteenth', () => {
    const near = cellsOf(
      '"tumbol_ID","household.CNT","happiness","indicator1.ALL"\n"840102",515,8.015533980582524,10\n',
    );
    const far = cellsOf('"tumbol_ID","household.CNT","happiness","indicator1.ALL"\n"840102",515,8.0155339805824,10\n');
    expect(compareCells('f', published, near).differences).toEqual([]);
    expect(compareCells('f', published, far).differences).toHaveLength(1);
  });

  test('counts what a best-effort column did not reach, without calling it a difference', () => {
    const ours = cellsOf('"tumbol_ID","household.CNT","happiness","indicator1.ALL"\n"840102",515,8.01553398058252,7\n');
    expect(compareCells('f', published, ours)).toMatchObject({ differences: [], notReached: 3 });
  });

  test('names a row that is missing and a row that is too many', () => {
    const ours = cellsOf('"tumbol_ID","household.CNT","happiness","indicator1.ALL"\n"840103",515,8.0,10\n');
    const { differences } = compareCells('f', published, ours);
    expect(differences.map(({ key, column }) => `${key} ${column}`)).toEqual([
      '840102 tumbol_ID',
      '840102 household.CNT',
      '840102 happiness',
      '840102 indicator1.ALL',
      '840103 (row)',
    ]);
  });
});
