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
afterEach(() => ingestion.stop());

describe('the limits of an upload', () => {
  beforeEach(async () => {
    ingestion = await IngestionServer.start({ uploadBytesMax: 1000 });
  });

  const put = (importId: string, bytes: number) =>
    ingestion.call<{ code?: string; bytes?: number }>('PUT', `/imports/${importId}/files/register`, 'x'.repeat(bytes));

  test('a file of the largest size is taken, one byte more is not', async () => {
    const importId = await ingestion.upload('welfare-register', {});
    expect(await put(importId, 1000)).toMatchObject({ status: 200, body: { bytes: 1000 } });
    expect(await put(importId, 1001)).toMatchObject({ status: 413, body: { code: 'upload-too-large' } });
    expect((await ingestion.call('GET', `/imports/${importId}`)).body['files']).toMatchObject([{ bytes: 1000 }]);
  });

  test('a file that does not say its size is cut off at the limit', async () => {
    const importId = await ingestion.upload('welfare-register', {});
    const piece = new TextEncoder().encode('x'.repeat(600));
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(piece);
        controller.enqueue(piece);
        controller.close();
      },
    });
    const answer = await fetch(`${ingestion.server.url}/imports/${importId}/files/register`, {
      ...{ method: 'PUT', body, duplex: 'half' },
      headers: { 'content-type': 'text/csv', 'faemban-operator': 'somchai' },
    } as RequestInit);
    expect(answer.status).toBe(413);
  });

  test('a sender that goes away leaves nothing, and may begin again', async () => {
    const importId = await ingestion.upload('welfare-register', {});
    const gone = new AbortController();
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('citizen_id,'));
        setImmediate(() => gone.abort());
      },
    });
    const sending = fetch(`${ingestion.server.url}/imports/${importId}/files/register`, {
      ...{ method: 'PUT', body, duplex: 'half', signal: gone.signal },
      headers: { 'content-type': 'text/csv', 'faemban-operator': 'somchai' },
    } as RequestInit);
    await expect(sending).rejects.toThrow();
    expect((await ingestion.call('GET', `/imports/${importId}`)).body['files']).toEqual([]);
    let again = await put(importId, 10);
    while (again.status === 409) again = await put(importId, 10);
    expect(again.status).toBe(200);
  });
});

describe('the limits of a file', () => {
  beforeEach(async () => {
    ingestion = await IngestionServer.start();
  });

  const header = (columns: number): string =>
    `citizen_id,${Array.from({ length: columns - 1 }, (_, index) => `c${index}`).join()}\n`;
  const problemsOf = async (register: string): Promise<string[]> =>
    ingestion.problems((await ingestion.validated('welfare-register', { register })).importId);

  test('200 columns are read, 201 are not', async () => {
    expect(await problemsOf(header(200))).toContain('error register:1 #200 column-unknown');
    expect(await problemsOf(header(201))).toEqual(['error register:1 - columns-too-many']);
  });

  test('a row of 64 Ki characters is read, a longer one is skipped', async () => {
    const longest = 64 * 1024;
    const row = (length: number): string => 'x'.repeat(length);
    expect(await problemsOf(`${registerCsv(registerCells(1))}${row(longest)}\n${row(longest + 1)}\n`)).toEqual([
      'error register:3 - row-ragged',
      'error register:4 - row-too-long',
    ]);
  });

  test('all errors are counted, the first ten thousand of them kept and paged', async () => {
    const count = problemsKeptMax + 5;
    const { importId, errors } = await ingestion.validated('bmn-survey', {
      households: householdsCsv(householdCells('h-1')),
      members: membersCsv(...Array.from({ length: count }, () => memberCells('h-2', 1))),
    });
    expect(errors).toBe(count + 1);
    let next: string | undefined = '';
    let kept = 0;
    while (next !== undefined) {
      const { body }: { body: { items: unknown[]; next?: string } } = await ingestion.call(
        'GET',
        `/imports/${importId}/errors?limit=500${next === '' ? '' : `&after=${next}`}`,
      );
      kept += body.items.length;
      next = body.next;
    }
    expect(kept).toBe(problemsKeptMax);
  });
});
