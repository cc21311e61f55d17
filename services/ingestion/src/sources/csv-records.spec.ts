import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { CsvRecords, recordCharactersMax } from './csv-records';

function read(pieces: readonly string[]): { records: { row: number; fields: string[] }[]; faults: [string, number][] } {
  const records: { row: number; fields: string[] }[] = [];
  const faults: [string, number][] = [];
  const csv = new CsvRecords({
    record: (fields, row) => records.push({ row, fields }),
    fault: (fault, row) => faults.push([fault, row]),
  });
  for (const piece of pieces) csv.push(piece);
  csv.end();
  return { records, faults };
}

const fieldsOf = (...pieces: string[]): string[][] => read(pieces).records.map(({ fields }) => fields);

describe('reading records', () => {
  test('splits lines at commas, with either line end, and without one at the end', () => {
    expect(fieldsOf('a,b\r\n1,\n,2')).toEqual([
      ['a', 'b'],
      ['1', ''],
      ['', '2'],
    ]);
  });

  test('keeps commas, line ends and doubled quotes within quotes', () => {
    expect(fieldsOf('"บ้าน ""ใหม่""","ก,ข","ค\r\nง"\r\nx,"",z')).toEqual([
      ['บ้าน "ใหม่"', 'ก,ข', 'ค\r\nง'],
      ['x', '', 'z'],
    ]);
  });

  test('counts a blank line as a row and says nothing of it', () => {
    expect(read(['a\n\n\r\nb\n']).records).toEqual([
      { row: 1, fields: ['a'] },
      { row: 4, fields: ['b'] },
    ]);
  });

  test('goes on after a misplaced quote, with the next line', () => {
    expect(read(['a"b,c\n"d"e,f\n1,2\n'])).toEqual({
      records: [{ row: 3, fields: ['1', '2'] }],
      faults: [
        ['quote-misplaced', 1],
        ['quote-misplaced', 2],
      ],
    });
  });

  test('says where a quote that is never closed began', () => {
    expect(read(['1,2\n3,"4\n5,6\n'])).toEqual({
      records: [{ row: 1, fields: ['1', '2'] }],
      faults: [['quote-unclosed', 2]],
    });
  });

  test.each([
    ['plain', (length: number) => 'x'.repeat(length)],
    ['quoted', (length: number) => `"${'x'.repeat(length - 2)}"`],
  ])('takes a %s record of the longest length and skips a longer one', (_, record) => {
    const text = `${record(recordCharactersMax)}\n${record(recordCharactersMax + 1)}\n1\n`;
    const { records, faults } = read(text.match(/[^]{1,5000}/g) ?? []);
    expect(records.map(({ row }) => row)).toEqual([1, 3]);
    expect(faults).toEqual([['row-too-long', 2]]);
  });

  test('holds no more than one record of a file without line ends', () => {
    const { records, faults } = read(Array.from({ length: 100 }, () => 'x'.repeat(10_000)));
    expect({ records, faults }).toEqual({ records: [], faults: [['row-too-long', 1]] });
  });

  test('reads what csv-parse reads, however the text is cut', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'ก', '"', ',', '\n', '\r\n', ' ', '๑'), maxLength: 6 });
    const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(rows, fc.constantFrom('\n', '\r\n'), fc.integer({ min: 1, max: 7 }), (table, lineEnd, size) => {
        const text = table.map((row) => row.map(quoted).join(',')).join(lineEnd);
        const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
          text.slice(index * size, (index + 1) * size),
        );
        const expected = parse(text, { relax_column_count: true, skip_empty_lines: true, record_delimiter: lineEnd });
        expect(fieldsOf(...pieces)).toEqual(expected);
      }),
      { seed: 2561, numRuns: 500 },
    );
  });
});

const quoted = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
