import { IngestionServer, type ImportShown } from '../testing/ingestion.harness';
import {
  householdCells,
  householdsCsv,
  memberCells,
  membersCsv,
  registerCells,
  registerCsv,
  testNumber,
} from '../testing/survey-files';
import { workbook } from '../testing/workbook-files.harness';

let ingestion: IngestionServer;
beforeEach(async () => {
  ingestion = await IngestionServer.start();
});
afterEach(() => ingestion.stop());

const columns = {
  ...{ citizen_id: 'เลขประจำตัวประชาชน', title: 'คำนำหน้า', first_name: 'ชื่อ', last_name: 'นามสกุล', registered: '#6' },
  ...{ verified: 'ผ่านเกณฑ์', register_year: { value: '2560' } },
};
const others = 'ignored';
const header = 'ลำดับ,คำนำหน้า,ชื่อ,นามสกุล,เลขประจำตัวประชาชน,ลงทะเบียน,ผ่านเกณฑ์';
const row = (serial: number, verified = '1'): string => `${serial},นาง,มาลี,ใจดี,${testNumber(serial)},1,${verified}`;
const file = (...rows: string[]): string => `${[header, ...rows].join('\n')}\n`;
const path = '/import-mappings/mof-welfare/welfare-register/register';

interface Mapping {
  readonly mapping: string;
  readonly proposed: string | null;
  readonly parts: readonly { part: string; header: string }[];
}

async function validated(importId: string): Promise<ImportShown> {
  await ingestion.call('POST', `/imports/${importId}/validation`);
  return ingestion.until(importId, (state) => state === 'validated' || state === 'held');
}
const choose = (importId: string, mapping: string) =>
  ingestion.call('PUT', `/imports/${importId}/mapping`, { mapping });

describe('a file whose columns have other names', () => {
  test('is read by the mapping of its source, which the import and its event name', async () => {
    const survey = { households: householdsCsv(householdCells('h-1')), members: membersCsv(memberCells('h-1', 1)) };
    await ingestion.applied('bmn-survey', survey);
    await ingestion.applied('welfare-register', { register: registerCsv(registerCells(1)) });
    const put = await ingestion.call('PUT', path, { columns, others });
    expect(put).toMatchObject({
      status: 200,
      body: { name: 'mof-welfare-welfare-register/v1', rememberedBy: 'somchai' },
    });
    const importId = await ingestion.upload('welfare-register', { register: file(row(1)) });
    expect((await choose(importId, 'mof-welfare-welfare-register/v1')).status).toBe(200);
    expect(await validated(importId)).toMatchObject({
      ...{ mapping: 'mof-welfare-welfare-register/v1', errors: 0, preview: { new: 0, changed: 0, same: 1 } },
    });
    const [uploaded] = await ingestion.eventsOf(`import-${importId}`);
    expect(uploaded?.data).toMatchObject({ mapping: 'mof-welfare-welfare-register/v1' });
  });

  test('has that mapping proposed the next time, from CSV and from a sheet, and never chosen by itself', async () => {
    await ingestion.call('PUT', path, { columns, others });
    const sheet = workbook(
      { name: 'ก', rows: [['หมายเหตุ']] },
      { name: 'ข', rows: [header.split(','), row(1).split(',')] },
    );
    for (const register of [file(row(1)), sheet]) {
      const importId = await ingestion.upload('welfare-register', { register });
      const { body } = await ingestion.call<Mapping>('GET', `/imports/${importId}/mapping`);
      expect(body).toMatchObject({
        ...{ mapping: 'welfare-register/v1', proposed: 'mof-welfare-welfare-register/v1' },
        parts: [{ part: 'register', header: 'mapped' }],
      });
      await choose(importId, body.proposed ?? '');
      expect(await validated(importId)).toMatchObject({ errors: 0, toReview: 1 });
    }
  });

  test('has nothing proposed that does not fit, nor for the form’s own header', async () => {
    await ingestion.call('PUT', path, { columns, others });
    const cases = [
      [file(row(1)).replace('ผ่านเกณฑ์', 'ผ่าน'), 'other'],
      [registerCsv(registerCells(1)), 'standard'],
    ] as const;
    for (const [register, is] of cases) {
      const importId = await ingestion.upload('welfare-register', { register });
      const { body } = await ingestion.call<Mapping>('GET', `/imports/${importId}/mapping`);
      expect(body).toMatchObject({ proposed: null, parts: [{ header: is }] });
    }
    const empty = await ingestion.upload('welfare-register', {});
    expect((await ingestion.call<Mapping>('GET', `/imports/${empty}/mapping`)).body.parts[0]?.header).toBe('absent');
  });

  test('is told which column of the mapping is missing, there twice or not named', async () => {
    await ingestion.call('PUT', path, { columns });
    const read = async (text: string): Promise<string[]> => {
      const importId = await ingestion.upload('welfare-register', { register: text });
      await choose(importId, 'mof-welfare-welfare-register/v1');
      await validated(importId);
      return ingestion.problems(importId);
    };
    expect(await read(file(row(1)))).toEqual(['error register:1 #1 column-not-mapped']);
    const twice = file(row(1)).replace('ลำดับ,คำนำหน้า', 'ชื่อ,ตำแหน่ง');
    expect(await read(twice)).toEqual([
      'error register:1 title mapped-column-missing',
      'error register:1 first_name mapped-column-twice',
      'error register:1 #2 column-not-mapped',
      'error register:1 #3 column-not-mapped',
    ]);
  });
});

describe('a mapping', () => {
  test('may be replaced, keeps its earlier versions, and is listed', async () => {
    await ingestion.call('PUT', path, { columns, others });
    expect((await ingestion.call('PUT', path, { columns, others })).body['name']).toBe(
      'mof-welfare-welfare-register/v1',
    );
    const changed = { ...columns, register_year: { value: '2561' } };
    expect((await ingestion.call('PUT', path, { columns: changed, others })).body['name']).toBe(
      'mof-welfare-welfare-register/v2',
    );
    const list = '/import-mappings/province-fragile/fragile-list/list';
    await ingestion.call('PUT', list, {
      columns: { citizen_id: 'เลข', fragile_hh: 'เปราะบาง', tpmap_hh: { value: '0' } },
    });
    const { body } = await ingestion.call<{ items: object[] }>('GET', '/import-mappings');
    expect(body.items).toMatchObject([
      {
        source: 'mof-welfare',
        part: 'register',
        name: 'mof-welfare-welfare-register/v2',
        mapping: { columns: changed, others },
      },
      {
        source: 'province-fragile',
        part: 'list',
        name: 'province-fragile-fragile-list/v1',
        mapping: { others: 'refused' },
      },
    ]);
    const first = await ingestion.upload('welfare-register', { register: file(row(1)) });
    await choose(first, 'mof-welfare-welfare-register/v1');
    expect(await validated(first)).toMatchObject({ errors: 0 });
  });

  test('is another reading of the same file, and so another import', async () => {
    await ingestion.call('PUT', path, { columns, others });
    const first = await ingestion.upload('welfare-register', { register: file(row(1)) });
    await choose(first, 'mof-welfare-welfare-register/v1');
    await validated(first);
    await ingestion.call('PUT', path, { columns: { ...columns, register_year: { value: '2561' } }, others });
    const second = await ingestion.upload('welfare-register', { register: file(row(1)) });
    await choose(second, 'mof-welfare-welfare-register/v2');
    expect((await ingestion.call('POST', `/imports/${second}/validation`)).status).toBe(202);
    await ingestion.until(second, (state) => state === 'validated');
    const third = await ingestion.upload('welfare-register', { register: file(row(1)) });
    await choose(third, 'mof-welfare-welfare-register/v2');
    expect((await ingestion.call('POST', `/imports/${third}/validation`)).body.importId).toBe(second);
  });

  test('of one part of a survey leaves the other as the form has it', async () => {
    const names = {
      ...Object.fromEntries(
        membersCsv()
          .trim()
          .split(',')
          .map((name) => [name, name]),
      ),
      first_name: 'ชื่อตัว',
    };
    await ingestion.call('PUT', '/import-mappings/cdd-bmn/bmn-survey/members', { columns: names });
    const importId = await ingestion.upload('bmn-survey', {
      households: householdsCsv(householdCells('h-1')),
      members: membersCsv(memberCells('h-1', 1)).replace('first_name', 'ชื่อตัว'),
    });
    await choose(importId, 'cdd-bmn-bmn-survey/v1');
    expect(await validated(importId)).toMatchObject({ errors: 0, preview: { new: 1 } });
  });

  test('is refused, with the columns it is wrong about', async () => {
    const { register_year: _, ...without } = columns;
    const wrong = { ...without, first_name: 'คำนำหน้า', nickname: 'ชื่อเล่น', registered: '#201' };
    const { status, body } = await ingestion.call<{ code: string; errors: { path: string; code: string }[] }>(
      'PUT',
      path,
      {
        columns: wrong,
      },
    );
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'mapping-invalid' });
    expect(body.errors.map((error) => `${error.path} ${error.code}`)).toEqual([
      'columns.first_name column-mapped-twice',
      'columns.registered place-out-of-range',
      'columns.nickname column-not-of-form',
      'columns.register_year column-not-mapped',
    ]);
    expect((await ingestion.call<{ items: unknown[] }>('GET', '/import-mappings')).body.items).toEqual([]);
  });

  test('that nobody remembered, or of another source, cannot be chosen, nor one after the upload is closed', async () => {
    await ingestion.call('PUT', path, { columns, others });
    const importId = await ingestion.upload('welfare-register', { register: registerCsv(registerCells(1)) });
    for (const mapping of ['mof-welfare-welfare-register/v2', 'other-welfare-register/v1', 'fragile-list/v1']) {
      expect(await choose(importId, mapping)).toMatchObject({ status: 409, body: { code: 'mapping-unknown' } });
    }
    expect((await choose(importId, 'welfare-register/v1')).status).toBe(200);
    await validated(importId);
    expect(await choose(importId, 'mof-welfare-welfare-register/v1')).toMatchObject({
      ...{ status: 409, body: { code: 'upload-must-be-open' } },
    });
  });

  test('is still there after a restart', async () => {
    await ingestion.call('PUT', path, { columns, others });
    ingestion = await ingestion.restart();
    expect((await ingestion.call<{ items: unknown[] }>('GET', '/import-mappings')).body.items).toHaveLength(1);
  });
});
