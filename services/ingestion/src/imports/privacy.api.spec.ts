import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createLogger } from '@faemban/nest-kit';
import { IngestionServer } from '../testing/ingestion.harness';
import {
  householdCells,
  householdsCsv,
  memberCells,
  membersCsv,
  registerCells,
  registerCsv,
  testNumber,
} from '../testing/survey-files';

/** Everything personal the files of this test say. */
const personal = {
  names: ['ลับเฉพาะ', 'นามสกุลลับ', 'โรเบิร์ต'],
  numbers: [testNumber(1), testNumber(2), testNumber(3).slice(1)],
  addresses: ['123/456 หมู่บ้านลับ', 'ซอยลับ', 'ถนนลับ', '84170099999'],
  births: ['1977-06-13', '13/6/2520'],
};
const secrets = Object.values(personal).flat();

const survey = {
  households: householdsCsv(
    householdCells('h-1', { house_no: '123/456 หมู่บ้านลับ', soi: 'ซอยลับ', road: 'ถนนลับ', house_code: '84170099999' }),
    householdCells('h-2', { interview_date: 'ลับเฉพาะ' }),
  ),
  members: membersCsv(
    memberCells('h-1', 1, { first_name: 'ลับเฉพาะ', last_name: 'นามสกุลลับ', birth_date: '13/6/2520' }),
    memberCells('h-2', 2, {
      first_name: 'โรเบิร์ต',
      sex: 'โรเบิร์ต',
      citizen_id: testNumber(3).slice(1),
      birth_date: 'นามสกุลลับ',
    }),
  ),
};
const good = {
  households: survey.households.split('\n').slice(0, 2).join('\n'),
  members: survey.members.split('\n').slice(0, 2).join('\n'),
};

function* filesBelow(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

const foundIn = (bytes: Buffer): string[] =>
  secrets.filter(
    (secret) =>
      bytes.includes(secret) ||
      bytes.includes(Buffer.from(secret, 'utf16le')) ||
      bytes.includes(JSON.stringify(secret).slice(1, -1)),
  );

test('nothing personal is in events, answers, logs, file names or files in the clear after a whole run', async () => {
  const lines: Buffer[] = [];
  const log = createLogger(
    'ingestion',
    'debug',
    new Writable({
      write(line: Buffer, _encoding, done) {
        lines.push(Buffer.from(line));
        done();
      },
    }),
  );
  const ingestion = await IngestionServer.start({}, log);
  try {
    const answers: unknown[] = [];
    const bad = await ingestion.validated('bmn-survey', survey);
    answers.push(bad, (await ingestion.approve(bad.importId)).body);
    const applied = await ingestion.applied('bmn-survey', good);
    const register = await ingestion.applied('welfare-register', {
      register: registerCsv(registerCells(1), registerCells(2)),
    });
    for (const { importId } of [bad, applied, register]) {
      for (const page of ['', '/errors', '/review', '/preview'])
        answers.push((await ingestion.call('GET', `/imports/${importId}${page}`)).body);
    }
    answers.push((await ingestion.call('GET', `/imports?office=${encodeURIComponent('ลับเฉพาะ')}`)).body);
    expect(applied['applied']).toMatchObject({ surveyed: 1 });
    expect(register['applied']).toMatchObject({ registrations: 1 });

    const { log: events } = ingestion.platform;
    const recorded = [];
    for (let partition = 0; partition < events.partitionCount; partition += 1) {
      recorded.push(...(await events.read('ingestion', partition, 0, 10_000)));
    }
    expect(recorded.length).toBeGreaterThan(10);
    expect(foundIn(Buffer.from(JSON.stringify(recorded)))).toEqual([]);
    expect(foundIn(Buffer.from(JSON.stringify(answers)))).toEqual([]);
    expect(lines.length).toBeGreaterThan(10);
    expect(foundIn(Buffer.concat(lines))).toEqual([]);
    for (const path of filesBelow(ingestion.dataDir)) {
      expect({ path, found: [...foundIn(readFileSync(path)), ...foundIn(Buffer.from(path))] }).toEqual({
        path,
        found: [],
      });
    }
  } finally {
    await ingestion.stop();
  }
});

test('the search above finds what it looks for', () => {
  for (const secret of secrets) expect(foundIn(Buffer.from(`x${secret}y`))).toContain(secret);
});
