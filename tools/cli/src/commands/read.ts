import type { Command } from 'commander';
import { table } from '../output';
import type { Session } from '../session';
import { statusLines, type SystemStatus } from './status-lines';

interface Figures {
  readonly round: string;
  readonly ruleset: string;
  readonly asOf: string | null;
  readonly asKnownAt: string | null;
  readonly exceptParkedEvents: number;
  readonly source: unknown;
  readonly items: readonly Readonly<Record<string, unknown>>[];
}

interface History {
  readonly householdId: string;
  readonly exceptParkedEvents: number;
  readonly entries: readonly {
    readonly recordedAt: string;
    readonly validFrom: string | null;
    readonly type: string;
    readonly actor: { readonly accountId: string; readonly office: string } | string;
    readonly sentence: { readonly th: string; readonly en: string };
  }[];
}

/** `faemban report | history | status`: questions, answered as lines or with `--json`. */
export function readCommands(program: Command, session: (command: Command) => Session): void {
  program
    .command('report')
    .description('ตัวเลขรายพื้นที่ · figures by area, as of and as known at any day')
    .option('--level <level>', 'village | tambon | municipality | district | province', 'district')
    .option('--under <area>', 'area code the rows lie under', '84')
    .option('--round <round>', "a B.E. data year, or 'current'", '2561')
    .option('--ruleset <id>', 'the rules to score by', 'tpmap-2561')
    .option('--as-of <day>', 'valid on this day, yyyy-mm-dd')
    .option('--as-known-at <day>', 'as it was known on this day, yyyy-mm-dd')
    .option('--mask <bits>', 'dimensions: health, living, education, income, access', '11111')
    .option('--csv', 'CSV instead of a table')
    .action(async (options: Record<string, string | boolean | undefined>, self: Command) => {
      const { client, output } = session(self);
      const query = new URLSearchParams();
      for (const name of ['level', 'under', 'round', 'ruleset', 'asOf', 'asKnownAt', 'mask']) {
        const value = options[name];
        if (typeof value === 'string') query.set(name, value);
      }
      if (options['csv']) {
        query.set('format', 'csv');
        process.stdout.write(await client.text(`/figures?${query.toString()}`));
        return;
      }
      output.print(await client.get<Figures>(`/figures?${query.toString()}`), (figures) => [
        `round ${figures.round} · ruleset ${figures.ruleset} · as of ${figures.asOf ?? 'today'} · as known at ${figures.asKnownAt ?? 'now'}`,
        ...table(figures.items.map(flatten), [
          'area',
          'name',
          'households',
          'members',
          'poorHouseholds',
          'poorPersons',
          'targetPersons',
          'ratePercent',
          'health',
          'living',
          'education',
          'income',
          'access',
        ]),
        ...exceptLines(figures.exceptParkedEvents),
        'households ครัวเรือน · members, poorPersons, targetPersons, dimensions คน · ratePercent = 100 × targetPersons / members',
      ]);
    });

  program
    .command('history <householdId>')
    .description('ประวัติครัวเรือน · everything recorded of one household')
    .option('--as-of <day>', 'valid on this day')
    .option('--as-known-at <instant>', 'as it was known then, ISO instant or day')
    .action(async (householdId: string, options: { asOf?: string; asKnownAt?: string }, self: Command) => {
      const { client, output } = session(self);
      const query = new URLSearchParams(
        Object.entries(options).filter(([name]) => name.startsWith('as')) as [string, string][],
      );
      output.print(await client.get<History>(`/households/${householdId}/history?${query.toString()}`), (history) => [
        ...history.entries.flatMap((entry) => [
          `${entry.recordedAt}  valid from ${entry.validFrom ?? '–'}  ${entry.type}  by ${typeof entry.actor === 'string' ? entry.actor : `${entry.actor.accountId} (${entry.actor.office})`}`,
          `    ${entry.sentence.th}`,
          `    ${entry.sentence.en}`,
        ]),
        ...exceptLines(history.exceptParkedEvents),
      ]);
    });

  program
    .command('status')
    .description('สถานะระบบ · what is behind, broken or slow')
    .action(async (_options: unknown, self: Command) => {
      const { client, output } = session(self);
      output.print(await client.get<SystemStatus>('/status'), statusLines);
    });
}

/** One level: an object's text (Thai, where it has a Thai and an English one) stands for it. */
function flatten(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const cells = Object.entries(row).flatMap(([name, value]) => {
    if (value === null || typeof value !== 'object') return [[name, value] as const];
    if ('th' in value) return [[name, value.th] as const];
    return Object.entries(value);
  });
  return Object.fromEntries(cells);
}

/** What is missing from an answer, if anything is. */
function exceptLines(parkedEvents: number): readonly string[] {
  if (parkedEvents === 0) return [];
  return [`ยกเว้นเหตุการณ์ที่พักไว้ ${parkedEvents} รายการ · except ${parkedEvents} parked events (faemban parked)`];
}
