import { problemsKeptMax } from './findings.store';
import { IngestionServer } from '../testing/ingestion.harness';
import {
  householdCells,
  householdsCsv,
  memberCells,
  membersCsv,
  registerCells,
  registerCsv,
} from '../testing/survey-files';

let ingestion: IngestionServer;
beforeAll(async () => {
  ingestion = await IngestionServer.start();
});
afterAll(() => ingestion.stop());

async function errorsFile(importId: string): Promise<{ headers: Headers; lines: string[]; bytes: Uint8Array }> {
  const answer = await fetch(`${ingestion.server.url}/imports/${importId}/errors.csv`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return { headers: answer.headers, bytes, lines: new TextDecoder().decode(bytes).split('\r\n') };
}

describe('the file of rows in error', () => {
  test('says where and why in Thai and English, opens in Excel, and never says what a cell holds', async () => {
    const secret = '1.84E+12';
    const { importId } = await ingestion.validated('bmn-survey', {
      households: householdsCsv(householdCells('h-1', { happiness: '11', interview_date: '' })),
      members: membersCsv(memberCells('h-1', 1, { citizen_id: secret, first_name: 'ลับเฉพาะ' })),
    });
    const { headers, bytes, lines } = await errorsFile(importId);
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe(`attachment; filename="errors-${importId}.csv"`);
    expect(lines[0]).toBe('part,row,column,code,severity,sentence_th,sentence_en');
    expect(lines.slice(1, 4).map((line) => line.split(',').slice(0, 5).join())).toEqual([
      'households,2,happiness,happiness-unreadable,error',
      'members,2,citizen_id,number-in-scientific-notation,error',
      'households,2,interview_date,interview-date-missing,warning',
    ]);
    expect(lines[1]).toMatch(/คะแนนความสุข.*Happiness is a whole number/);
    expect(lines.join()).not.toMatch(/ลับเฉพาะ/);
    expect(lines.join()).not.toContain(`,${secret}`);
  });

  test('has only its header for an import without errors', async () => {
    const { importId } = await ingestion.validated('welfare-register', { register: registerCsv(registerCells(1)) });
    expect((await errorsFile(importId)).lines).toHaveLength(2);
  });

  test('says how many more were found than are kept', async () => {
    const count = problemsKeptMax + 5;
    const { importId } = await ingestion.validated('welfare-register', {
      register: registerCsv(...Array.from({ length: count }, () => registerCells(1, { registered: 'x' }))),
    });
    const { lines } = await errorsFile(importId);
    expect(lines).toHaveLength(1 + problemsKeptMax + 1 + 1);
    expect(lines.at(-2)).toMatch(/^,,,more-were-found,,พบอีก 5 แห่ง.*5 more were found/);
  });

  test('of an import nobody knows is refused', async () => {
    const { status, body } = await ingestion.call('GET', '/imports/0198b2d0-7c00-7000-8000-0000000000a1/errors.csv');
    expect({ status, code: body['code'] }).toEqual({ status: 404, code: 'import-unknown' });
  });
});
