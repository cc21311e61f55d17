import { existsSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { uploadBytesMax } from '../files/upload.file';
import { cellCharactersMax, sharedCharactersMax } from '../files/workbook.file';
import { registerColumns } from '../sources/welfare-register';
import { IngestionServer } from '../testing/ingestion.harness';
import { registerCells, registerCsv } from '../testing/survey-files';
import { columnLetters, workbookParts, zipOf } from '../testing/workbook-files.harness';

/** How much more memory than before the whole process may hold for a hostile file, in bytes: 256 MiB. */
const memoryBytesMax = 256 * 1024 * 1024;
const mebibyte = 1024 * 1024;
const sampleMs = 100;
/** How long after a broken connection its answer may still be read. */
const answerMsMax = 2000;
const timeoutMs = 240_000;

let ingestion: IngestionServer;
beforeAll(async () => {
  ingestion = await IngestionServer.start();
});
afterAll(() => ingestion.stop());

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that something still refers to. */
function held(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * Runs something and answers with it how much more the process held at most. It is looked at where the process itself grew by more than
 * it may: on a busy machine garbage waits to be collected, and is no harm.
 */
async function watched<Result>(work: () => Promise<Result>): Promise<{ result: Result; grownBytes: number }> {
  const [heldBefore, before] = [held(), process.memoryUsage().rss];
  let most = 0;
  const look = (): void => {
    if (process.memoryUsage().rss - before > memoryBytesMax) most = Math.max(most, held() - heldBefore);
  };
  const sample = setInterval(look, sampleMs);
  try {
    const result = await work();
    look();
    return { result, grownBytes: most };
  } finally {
    clearInterval(sample);
  }
}

/** Sends a part as it is made, without saying how long it is. */
function send(importId: string, pieces: Iterable<Uint8Array>): Promise<{ status: number; code: string | undefined }> {
  return new Promise((resolve, reject) => {
    const sending = request(`${ingestion.server.url}/imports/${importId}/files/register`, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream', 'faemban-operator': 'somchai' },
    });
    let isAnswered = false;
    sending.on('response', (answer) => {
      isAnswered = true;
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, code: (JSON.parse(text) as { code?: string }).code }),
      );
    });
    // A server that has refused closes the connection under whoever still sends.
    pipeline(Readable.from(pieces), sending).catch((error: unknown) => {
      if (!isAnswered) setTimeout(() => (isAnswered ? undefined : reject(error as Error)), answerMsMax);
    });
  });
}

async function problemsOf(pieces: Iterable<Uint8Array>): Promise<string[]> {
  const importId = await ingestion.upload('welfare-register', {});
  expect((await send(importId, pieces)).status).toBe(200);
  await ingestion.call('POST', `/imports/${importId}/validation`);
  await ingestion.until(importId, (state) => state === 'validated');
  return ingestion.problems(importId);
}

function* repeated(piece: Uint8Array, times: number): Generator<Uint8Array> {
  for (let time = 0; time < times; time += 1) yield piece;
}

function* joined(...lists: Iterable<Uint8Array>[]): Generator<Uint8Array> {
  for (const list of lists) yield* list;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const parts = workbookParts({ name: 'a', rows: [[...registerColumns]] });
const sheet = 'xl/worksheets/sheet1.xml';
const workbookWith = (changed: Record<string, string | Buffer>): Uint8Array[] => [zipOf({ ...parts, ...changed })];
const headerRow = /<row r="1">.*?<\/row>/.exec(String(parts[sheet]))?.[0] ?? '';

/** Files that are larger than anybody keeps in a repository: each made when it is sent, each refused in bounded memory. */
describe('a hostile file', () => {
  const million = 1_000_000;
  const cases: readonly (readonly [name: string, file: () => Iterable<Uint8Array>, problems: readonly string[]])[] = [
    ['of one line without end', () => repeated(bytes('x'.repeat(mebibyte)), 100), ['error register:1 - row-too-long']],
    [
      'with a line without end between others',
      () =>
        joined(
          [bytes(registerCsv(registerCells(1)))],
          repeated(bytes('ก'.repeat(mebibyte)), 30),
          [bytes('\n')],
          [bytes(registerCsv(registerCells(2)).split('\n').slice(1).join('\n'))],
        ),
      ['error register:3 - row-too-long'],
    ],
    [
      'with a quotation mark that is never closed',
      () => joined([bytes(`${registerCsv()}"`)], repeated(bytes('a,'.repeat(mebibyte / 2)), 50)),
      ['error register:2 - row-too-long'],
    ],
    [
      'of a million columns',
      () => [bytes(`${Array.from({ length: million }, (_, at) => `c${at}`).join()}\n`)],
      ['error register:1 - row-too-long'],
    ],
    [
      'of a million columns in a sheet',
      () =>
        workbookWith({
          [sheet]: `<worksheet><sheetData><row r="1">${Array.from({ length: million }, (_, at) => `<c r="${columnLetters(at)}1"><v>1</v></c>`).join('')}</row></sheetData></worksheet>`,
        }),
      ['error register:1 - columns-too-many'],
    ],
    [
      'of a million columns without references in a sheet',
      () =>
        workbookWith({
          [sheet]: `<worksheet><sheetData><row>${'<c><v>1</v></c>'.repeat(million)}</row></sheetData></worksheet>`,
        }),
      ['error register:1 - columns-too-many'],
    ],
    [
      'that expands to a thousand times its size',
      () => workbookWith({ [sheet]: Buffer.concat([bytes('<worksheet>'), Buffer.alloc(64 * mebibyte, '<x></x>')]) }),
      ['error register:1 - workbook-expands-too-much'],
    ],
    [
      'whose shared text has no end',
      () =>
        workbookWith({
          'xl/sharedStrings.xml': Buffer.concat([bytes('<sst><si><t>'), Buffer.alloc(32 * mebibyte, 'ab')]),
        }),
      ['error register:1 - workbook-text-endless'],
    ],
    [
      'whose shared text has no end in runs',
      () =>
        workbookWith({
          'xl/sharedStrings.xml': Buffer.concat([
            bytes('<sst><si>'),
            Buffer.alloc(16 * mebibyte, '<r><t>abcdefgh</t></r>'),
          ]),
        }),
      ['error register:1 - workbook-text-endless'],
    ],
    [
      'whose tag has attributes without end',
      () => workbookWith({ [sheet]: Buffer.concat([bytes('<worksheet '), Buffer.alloc(16 * mebibyte, 'a="1"\n')]) }),
      ['error register:1 - workbook-text-endless'],
    ],
    [
      'whose comment has no end',
      () => workbookWith({ [sheet]: Buffer.concat([bytes('<worksheet><!-- '), Buffer.alloc(16 * mebibyte, '> ')]) }),
      ['error register:1 - workbook-text-endless'],
    ],
    [
      'with more text than may be shared',
      () => workbookWith({ 'xl/sharedStrings.xml': `<sst>${sharedTexts().join('')}</sst>` }),
      ['error register:1 - shared-texts-too-many'],
    ],
    [
      'with an endless number of cells beyond the form’s',
      () =>
        workbookWith({
          [sheet]: `<worksheet><sheetData>${headerRow}<row r="2">${'<c><v>1</v></c>'.repeat(10_000)}</row></sheetData></worksheet>`,
        }),
      ['error register:2 - row-ragged'],
    ],
  ];

  test.each(cases)(
    '%s',
    async (_, file, problems) => {
      const pieces = file();
      const { result, grownBytes } = await watched(() => problemsOf(pieces));
      expect(result).toEqual(problems);
      expect(grownBytes).toBeLessThan(memoryBytesMax);
      expect((await ingestion.call('GET', '/imports')).status).toBe(200);
    },
    timeoutMs,
  );

  test(
    'of 2 GiB and a byte is cut off while it is sent, and leaves nothing',
    async () => {
      const importId = await ingestion.upload('welfare-register', {});
      const pieces = joined(repeated(new Uint8Array(4 * mebibyte), uploadBytesMax / (4 * mebibyte)), [
        new Uint8Array(1),
      ]);
      const { result, grownBytes } = await watched(() => send(importId, pieces));
      expect(result).toEqual({ status: 413, code: 'upload-too-large' });
      expect(grownBytes).toBeLessThan(memoryBytesMax);
      const folder = join(ingestion.dataDir, 'ingestion/files', importId);
      expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
      expect((await ingestion.call('GET', `/imports/${importId}`)).body['files']).toEqual([]);
    },
    timeoutMs,
  );
});

/** Texts that do not compress well, so that they are refused for how many characters they have together. */
function sharedTexts(): string[] {
  let state = 84;
  const texts = Array.from({ length: 8 }, () => {
    let text = '';
    while (text.length < cellCharactersMax - 6) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      text += state.toString(36).padStart(6, '0').slice(0, 6);
    }
    return `<si><t>${text}</t></si>`;
  });
  const count = Math.ceil(sharedCharactersMax / (cellCharactersMax - 12)) + 1;
  return Array.from({ length: count }, (_, at) => texts[at % texts.length] ?? '');
}
