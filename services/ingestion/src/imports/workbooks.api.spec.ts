import { IngestionServer } from '../testing/ingestion.harness';
import {
  householdCells,
  householdsCsv,
  memberCells,
  membersCsv,
  registerCells,
  testNumber,
} from '../testing/survey-files';
import { registerColumns } from '../sources/welfare-register';
import { workbook, type WorkbookCell, workbookParts, zipOf } from '../testing/workbook-files.harness';

let ingestion: IngestionServer;
beforeAll(async () => {
  ingestion = await IngestionServer.start();
});
afterAll(() => ingestion.stop());

/** The lines of a CSV without quotes as rows of cells. */
const rowsOf = (csv: string): string[][] =>
  csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
const dateCell = (serial: number): WorkbookCell => ({ xml: `<c r="R" s="1"><v>${serial}</v></c>` });
const header = [...registerColumns];
const person = (serial: number, cells = {}): WorkbookCell[] => {
  const of = registerCells(serial, cells);
  return registerColumns.map((column) => of[column] ?? '');
};
const problemsOf = async (register: Buffer): Promise<string[]> =>
  ingestion.problems((await ingestion.validated('welfare-register', { register })).importId);

describe('a survey in workbooks', () => {
  test('says the same as in CSV, with its numbers and dates as workbooks have them', async () => {
    const households = householdsCsv(householdCells('h-1'), householdCells('h-2', { soi: 'ซอย & <๒>' }));
    const members = membersCsv(memberCells('h-1', 1), memberCells('h-2', 2));
    await ingestion.applied('bmn-survey', { households, members });
    const typed = (column: string | undefined, cell: string): WorkbookCell => {
      if (column === 'interview_date') return dateCell(43146);
      if (column === 'birth_date') return dateCell(28277);
      return /^\d+$/.test(cell) ? Number(cell) : cell;
    };
    const sheetOf = (csv: string, name: string): Buffer => {
      const [names = [], ...rows] = rowsOf(csv);
      return workbook({ name, rows: [names, ...rows.map((row) => row.map((cell, at) => typed(names[at], cell)))] });
    };
    const again = await ingestion.validated('bmn-survey', {
      households: sheetOf(households, 'Sheet1'),
      members: sheetOf(members, 'แผ่น1'),
    });
    expect(await ingestion.problems(again.importId)).toEqual([]);
    expect(again).toMatchObject({ rows: 4, households: 2, persons: 2, preview: { same: 2, changed: 0, new: 0 } });
  });

  test('tells rows by their numbers in the sheet, and keeps a household of a row in error', async () => {
    const [names = [], one = []] = rowsOf(householdsCsv(householdCells('h-1')));
    const bad = one.map((cell, at) => (names[at] === 'house_no' ? dateCell(43146) : cell));
    const shown = await ingestion.validated('bmn-survey', {
      households: workbook({ name: 'a', rows: [undefined, names, undefined, undefined, bad] }),
      members: Buffer.from(membersCsv(memberCells('h-1', 1))),
    });
    expect(await ingestion.problems(shown.importId)).toEqual(['error households:5 house_no cell-is-date']);
  });
});

describe('the sheet of a workbook', () => {
  const good = { rows: [header, person(1)] };
  const other = { rows: [['หมายเหตุ'], ['x']] };

  test('is the one whose header is the form’s, whichever it is', async () =>
    expect(await problemsOf(workbook({ name: 'a', ...other }, { name: 'b', ...good }))).toEqual([]));

  test('is the one named as the part where several could be meant', async () =>
    expect(await problemsOf(workbook({ name: 'a', ...good }, { name: 'Register', ...good }))).toEqual([]));

  test.each([
    ['none fits', [other, other], 'sheet-not-found', '“ปี 2560”, “…”'],
    ['several fit', [good, good], 'sheet-ambiguous', '“ปี 2560”, “…”'],
  ])('is asked for, with a list that keeps long numbers to itself, where %s', async (_, sheets, code, list) => {
    const [first, second] = sheets.map(({ rows }, at) => ({ name: at === 0 ? 'ปี 2560' : testNumber(1), rows }));
    const { importId } = await ingestion.validated('welfare-register', { register: workbook(first!, second!) });
    const { body } = await ingestion.call<{ items: { code: string; sentence: { en: string } }[] }>(
      'GET',
      `/imports/${importId}/errors`,
    );
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).toMatchObject({ code });
    expect(body.items[0]?.sentence.en).toContain(list);
  });
});

describe('cells nobody can take at their word', () => {
  const withCell = (place: number, xml: string): Buffer =>
    workbook({ name: 'a', rows: [header, person(1).map((cell, at) => (at === place ? { xml } : cell))] });

  test.each([
    ['a formula', 4, '<c r="R"><f>1+0</f><v>1</v></c>', 'error register:2 registered cell-formula'],
    ['a formula without a value', 0, '<c r="R" t="str"><f>A1</f></c>', 'error register:2 citizen_id cell-formula'],
    ['an error value', 4, '<c r="R" t="e"><v>#N/A</v></c>', 'error register:2 registered cell-error-value'],
    ['a date where none belongs', 2, '<c r="R" s="1"><v>43146</v></c>', 'error register:2 first_name cell-is-date'],
    [
      'a number with more digits than it keeps',
      0,
      '<c r="R"><v>38400000000000160</v></c>',
      'error register:2 citizen_id cell-number-imprecise',
    ],
    [
      'a number that lost its leading zero',
      0,
      '<c r="R"><v>184000000016</v></c>',
      'error register:2 citizen_id number-wrong-length',
    ],
    [
      'scientific notation typed as text',
      0,
      '<c r="R" t="inlineStr"><is><t>1.84E+12</t></is></c>',
      'error register:2 citizen_id number-in-scientific-notation',
    ],
    ['a text that is not there', 2, '<c r="R" t="s"><v>999</v></c>', 'error register:2 first_name cell-unreadable'],
  ])('%s', async (_, place, xml, problem) => expect(await problemsOf(withCell(place, xml))).toContain(problem));

  test('a flag that is true or false, and text in runs, are read', async () => {
    const yes = { xml: '<c r="R" t="b"><v>1</v></c>' };
    const name = { xml: '<c r="R" t="inlineStr"><is><r><t>มา</t></r><r><t>ลี</t></r><rPh><t>x</t></rPh></is></c>' };
    const row = person(1).map((cell, at) => (at === 4 ? yes : at === 2 ? name : cell));
    expect(await problemsOf(workbook({ name: 'a', rows: [header, row] }))).toEqual([]);
  });

  test('merged cells are told, and so is an empty cell in the header', async () => {
    const after = '<mergeCells><mergeCell ref="B2:C2"/></mergeCells>';
    expect(await problemsOf(workbook({ name: 'a', rows: [header, person(1)], after }))).toEqual([
      'error register:2 - cells-merged',
    ]);
    const merged = workbook({ name: 'a', rows: [header.map((name, at) => (at === 3 ? '' : name)), person(1)] });
    expect(await problemsOf(merged)).toEqual([
      'error register:1 #4 header-cell-empty',
      'error register:1 last_name column-missing',
    ]);
  });

  test('rows are as wide as the header: empty cells at their end may be missing, others may not follow', async () => {
    const short = person(1).slice(0, 6);
    expect(await problemsOf(workbook({ name: 'a', rows: [header, short, [...person(2), 'x']] }))).toEqual([
      'error register:2 register_year register-year-unreadable',
      'error register:3 - row-ragged',
    ]);
  });
});

describe('a workbook that cannot be read', () => {
  const parts = workbookParts({ name: 'a', rows: [header, person(1)] });
  const without = (name: string): Buffer =>
    zipOf(Object.fromEntries(Object.entries(parts).filter(([key]) => key !== name)));
  const sheet = 'xl/worksheets/sheet1.xml';

  test.each([
    ['under a password', zipOf(parts, 1), 'workbook-locked'],
    ['that is another kind of archive', zipOf({ 'word/document.xml': '<w/>' }), 'workbook-missing'],
    ['without relations', without('xl/_rels/workbook.xml.rels'), 'workbook-damaged'],
    ['without its sheet', without(sheet), 'workbook-missing'],
    ['that was not sent whole', zipOf(parts).subarray(0, -30), 'workbook-damaged'],
    ['that is only the beginning of one', Buffer.from('PK\x03\x04', 'latin1'), 'workbook-damaged'],
    ['that is empty', zipOf({}), 'workbook-missing'],
    ['whose XML is none', zipOf({ ...parts, [sheet]: '<worksheet><row>' }), 'workbook-damaged'],
    [
      'with a document type',
      zipOf({ ...parts, [sheet]: `<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>` }),
      'workbook-damaged',
    ],
    [
      'with an entity nobody defined',
      zipOf({ ...parts, 'xl/sharedStrings.xml': '<sst><si><t>&b;</t></si></sst>' }),
      'workbook-damaged',
    ],
    [
      'in another encoding',
      zipOf({ ...parts, [sheet]: Buffer.from('<worksheet>\xff</worksheet>', 'latin1') }),
      'workbook-damaged',
    ],
    [
      'with rows out of order',
      zipOf({ ...parts, [sheet]: '<worksheet><row r="2"/><row r="1"/></worksheet>' }),
      'workbook-damaged',
    ],
    ['of elements without end in each other', zipOf({ ...parts, [sheet]: '<a>'.repeat(1000) }), 'workbook-damaged'],
    ['of the old kind', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0]), 'workbook-old-or-locked'],
  ])('%s is refused', async (_, register, code) =>
    expect(await problemsOf(register)).toEqual([`error register:1 - ${code}`]),
  );

  test('because a byte of it was altered is refused', async () => {
    const altered = Buffer.from(zipOf(parts));
    const at = altered.indexOf('xl/worksheets/sheet1.xml') + 60;
    altered[at] = (altered[at] ?? 0) ^ 0xff;
    expect(await problemsOf(altered)).toEqual(['error register:1 - workbook-damaged']);
  });
});
