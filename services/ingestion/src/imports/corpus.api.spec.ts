import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importKinds } from '@faemban/contracts';
import { importForms } from './import-record';
import { IngestionServer } from '../testing/ingestion.harness';

const corpus = join(__dirname, '../../corpus');

interface Expected {
  readonly problems: readonly string[];
  readonly preview?: Readonly<Record<string, number>>;
  readonly toReview?: number;
}

let ingestion: IngestionServer;
beforeAll(async () => {
  ingestion = await IngestionServer.start();
});
afterAll(() => ingestion.stop());

/** Every malformed, hostile, empty, wrongly encoded or half-written file there is: it is refused or taken as its `expected.json` says. */
describe.each(importKinds)('the corpus of %s', (kind) => {
  test.each(readdirSync(join(corpus, kind)))('%s', async (name) => {
    const folder = join(corpus, kind, name);
    const files = Object.fromEntries(
      importForms[kind].parts.map((part) => [part, readFileSync(join(folder, `${part}.csv`))]),
    );
    const shown = await ingestion.validated(kind, files);
    const {
      problems,
      preview,
      toReview = 0,
    } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
    expect(await ingestion.problems(shown.importId)).toEqual(problems);
    expect(shown).toMatchObject({ state: 'validated', toReview, ...(preview ? { preview } : {}) });
    if (problems.some((problem) => problem.startsWith('error'))) {
      expect((await ingestion.approve(shown.importId)).body['code']).toBe('rows-in-error');
    }
  });
});

interface BadRequest {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly body?: unknown;
    readonly text?: string;
    readonly headers?: Record<string, string>;
  };
  readonly status: number;
  readonly code: string;
}

describe('the corpus of requests', () => {
  const requests = JSON.parse(readFileSync(join(corpus, 'requests.json'), 'utf8')) as BadRequest[];

  test.each(requests.map((bad) => [bad.name, bad] as const))('%s', async (_, { request, status, code }) => {
    const importId = await ingestion.upload('welfare-register', {});
    const path = request.path.replace('{importId}', importId);
    const answer = await ingestion.call<{ code: string; detail: string; detailEn: string }>(
      request.method,
      path,
      request.text ?? request.body,
      request.headers,
    );
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(answer.body.detail).toMatch(/[ก-๙]/);
    expect(answer.body.detailEn).not.toBe('');
    expect((await ingestion.call('GET', '/imports')).status).toBe(200);
  });
});
