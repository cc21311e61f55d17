import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { System } from '@faemban/acceptance';
import { Client, uploadImport } from '@faemban/cli';
import { contextNames, rulesetPublished } from '@faemban/contracts';
import type { LoggedEvent } from '@faemban/event-sourcing';
import { generateFromFigures, revisePopulation } from '@faemban/population';
import { openSqliteEvents } from '@faemban/store-sqlite';
import { foldRecording } from './fold-recording';
import { writeRecording } from './recording';

const householdsKept = 8;
const indicatorCount = 31;
const pageEvents = 1_000;
const dayMs = 24 * 60 * 60 * 1_000;
const firstDayMs = Date.UTC(2018, 9, 1, 5);

/**
 * Records streams through the whole system, and what today's code makes of them: a survey, the register, a second ruleset, a corrected
 * survey of the same households a day later, and an import that was turned down. The people are invented, with numbers of registry office 8400.
 */
async function main(): Promise<void> {
  const name = process.argv[2];
  if (name === undefined || !/^[a-z0-9][a-z0-9.-]{0,39}$/.test(name)) {
    throw new Error('A recording needs a new name, such as 0.3: node tools/e2e/dist/replay/record.js 0.3');
  }
  const work = mkdtempSync(join(tmpdir(), 'faemban-recording-'));
  try {
    const [survey, revised, dataDir] = ['survey', 'revised', 'data'].map((folder) => join(work, folder)) as [
      string,
      string,
      string,
    ];
    await generateFromFigures({ district: '8405', out: survey, seed: 8405, dirt: 0 });
    keepSome(survey);
    await revisePopulation({ from: survey, share: 1, seed: 1, out: revised });
    await live(dataDir, survey, revised);
    const events = await eventsIn(dataDir);
    writeRecording(name, events, foldRecording(events));
    console.log(`${events.length} events of ${householdsKept} households recorded as ${name}.`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Cuts a survey to a few households in which something is failed, so that there is something to correct, and the register names somebody. */
function keepSome(folder: string): void {
  const rowsOf = (file: string): string[] => readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1);
  const cellsOf = (row: string): string[] => row.trim().split(',');
  const [householdsHead = '', ...households] = rowsOf('households.csv');
  const [membersHead = '', ...members] = rowsOf('members.csv');
  const [registerHead = '', ...register] = rowsOf('register.csv');
  const number = cellsOf(membersHead).indexOf('citizen_id');
  const registered = new Set(register.map((row) => cellsOf(row)[0]));
  const named = new Set(members.filter((row) => registered.has(cellsOf(row)[number])).map((row) => cellsOf(row)[0]));
  const first = cellsOf(householdsHead).indexOf('ind1');
  const fails = (row: string): boolean =>
    cellsOf(row)
      .slice(first, first + indicatorCount)
      .includes('0');
  const kept = households
    .filter((row) => !row.includes('"') && fails(row) && named.has(cellsOf(row)[0]))
    .slice(0, householdsKept);
  const refs = new Set(kept.map((row) => cellsOf(row)[0]));
  const people = members.filter((row) => refs.has(cellsOf(row)[0]));
  const numbers = new Set(people.map((row) => cellsOf(row)[number]));
  const write = (file: string, rows: readonly string[]): void =>
    writeFileSync(join(folder, file), rows.map((row) => `${row}\n`).join(''));
  write('households.csv', [householdsHead, ...kept]);
  write('members.csv', [membersHead, ...people]);
  write('register.csv', [registerHead, ...register.filter((row) => numbers.has(cellsOf(row)[0]))]);
}

async function live(dataDir: string, survey: string, revised: string): Promise<void> {
  const system = await System.start(dataDir, firstDayMs);
  try {
    const uploader = new Client({ url: system.url, operator: 'somchai' });
    const approver = new Client({ url: system.url, operator: 'malee' });
    const bringIn = async (kind: string, source: string, files: Record<string, string>, isApproved = true) => {
      const { importId, state } = await uploadImport(uploader, { kind, source, round: 2561, files });
      // A corrected file sent whole repeats most of its rows, which stops an import until somebody lets it go on.
      if (isApproved && state === 'held') {
        await approver.post(`/imports/${importId}/release`, { reason: 'corrected-file-sent-whole' });
      }
      if (isApproved) {
        await approver.post(`/imports/${importId}/approval`);
        await approver.waitForImport(importId, ({ state }) => state === 'applied');
      } else {
        await approver.post(`/imports/${importId}/rejection`, { reason: 'refused-by-operator' });
      }
      await system.settled();
    };
    const filesOf = (folder: string) => ({
      households: join(folder, 'households.csv'),
      members: join(folder, 'members.csv'),
    });
    await bringIn('bmn-survey', 'cdd-bmn', filesOf(survey));
    await bringIn('welfare-register', 'mof-welfare', { register: join(survey, 'register.csv') });
    await publishSecondRuleset(uploader, approver);
    await system.settled();
    await system.shiftClock(dayMs);
    await bringIn('bmn-survey', 'cdd-bmn', filesOf(revised), false);
    await bringIn('bmn-survey', 'cdd-bmn', filesOf(revised));
    await system.stop();
  } catch (error) {
    await system.kill();
    throw error;
  }
}

async function publishSecondRuleset(drafter: Client, publisher: Client): Promise<void> {
  const { ruleset } = rulesetPublished.examples[0];
  const { draft } = await drafter.post<{ draft: { digest: string } }>('/rulesets/drafts', { ruleset });
  const path = `/rulesets/${ruleset.id}/${ruleset.version}/publication`;
  await publisher.post(path, { digest: draft.digest });
}

/** Every event, context after context, partition after partition. */
async function eventsIn(dataDir: string): Promise<readonly LoggedEvent[]> {
  const opened = await openSqliteEvents({
    file: join(dataDir, 'events.sqlite'),
    clock: Date.now,
    readonly: true,
  });
  const events: LoggedEvent[] = [];
  try {
    for (const context of contextNames) {
      for (const { partition, seq: end } of await opened.log.heads(context)) {
        for (let seq = 0; seq < end;) {
          const page = await opened.log.read(context, partition, seq, pageEvents);
          events.push(...page);
          seq = page.at(-1)?.seq ?? end;
        }
      }
    }
  } finally {
    await opened.close();
  }
  return events;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
