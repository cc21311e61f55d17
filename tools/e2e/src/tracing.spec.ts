import { Client, uploadImport } from '@faemban/cli';
import { createStandalone, type Standalone } from '@faemban/standalone';
import { startTelemetry, type Telemetry } from '@faemban/telemetry';
import { context, trace } from '@opentelemetry/api';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSmallSurvey, type SmallSurvey } from './small-survey';
import { causedBy, followTrace, TraceReceiver } from './trace-receiver';

const households = 150;
const service = 'standalone';

let survey: SmallSurvey;
let receiver: TraceReceiver;
let telemetry: Telemetry;
let dataDir: string;
let system: Standalone;

beforeAll(async () => {
  survey = await makeSmallSurvey();
  receiver = await TraceReceiver.start();
  Object.assign(process.env, receiver.environment);
  const about = { service, version: '0.1.0', instance: 'one', environment: receiver.environment };
  telemetry = startTelemetry({
    ...about,
    say: ({ message }) => {
      throw new Error(message);
    },
  });
  dataDir = mkdtempSync(join(tmpdir(), 'faemban-tracing-'));
  system = await createStandalone(
    { dataDir, port: 0, logLevel: 'error' },
    { clock: () => Date.UTC(2018, 9, 1, 5) + Math.floor(performance.now()) },
  );
  await system.start();
}, 120_000);
afterAll(async () => {
  await system.stop();
  await telemetry.stop();
  trace.disable();
  context.disable();
  for (const name of Object.keys(receiver.environment)) delete process.env[name];
  await receiver.stop();
  rmSync(dataDir, { recursive: true, force: true });
  survey.remove();
});

test('an approval is followed from its request over the import it releases to every score, and holds nothing of people', async () => {
  const files = { ...survey.first(households) };
  const uploader = new Client({ url: system.url, operator: 'somchai' });
  const { importId } = await uploadImport(uploader, { kind: 'bmn-survey', source: 'cdd-bmn', round: 2561, files });
  const approver = new Client({ url: system.url, operator: 'malee' });
  await approver.post(`/imports/${importId}/approval`);
  await approver.waitForImport(importId, ({ state }) => state === 'applied');
  await system.settled();
  await telemetry.stop();

  const [request] = followTrace(receiver.spans, [
    { service, name: 'POST /imports/:importId/approval' },
    { service, name: 'command ApproveImport' },
    { service, name: 'import approved' },
    { service, name: 'commands household' },
    { service, name: 'policy tell-score-of-survey' },
    { service, name: 'command RecordScoringInput' },
    { service, name: 'append mpi-scoring' },
    { service, name: 'apply household-scores' },
  ]);
  const caused = causedBy(receiver.spans, request?.traceId ?? '');
  const scored = caused.filter(({ name }) => name === 'policy tell-score-of-survey');
  expect(scored).toHaveLength(households);
  // Every group of households is a trace of its own.
  expect(new Set(scored.map(({ traceId }) => traceId)).size).toBe(Math.ceil(households / 128));
  expect(receiver.refused).toEqual([]);

  const text = JSON.stringify(receiver.spans);
  const [header = '', ...rows] = readFileSync(files.members, 'utf8').trim().split('\n');
  const columns = header.trim().split(',');
  const personal = rows.flatMap((row) => {
    const cells = row.split(',');
    return [cells[columns.indexOf('citizen_id')] ?? '', cells[columns.indexOf('last_name')] ?? ''];
  });
  expect(personal.filter((value) => value.length >= 5 && text.includes(value))).toEqual([]);
  expect(personal.filter((value) => value.length >= 5).length).toBeGreaterThan(households);
  const anyId = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;
  expect(receiver.spans.filter((span) => anyId.test(JSON.stringify(span)))).toEqual([]);
}, 240_000);
