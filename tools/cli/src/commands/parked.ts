import type { Command } from 'commander';
import { exitCodes } from '../exit-codes';
import { table } from '../output';
import type { Session } from '../session';

/** What the server says of parked events. Counts are of sequences (households, or streams) and events; ages in seconds. */
interface ParkedList {
  readonly total: number;
  readonly sequences: number;
  readonly oldestSeconds: number;
  readonly causes: readonly {
    readonly view: string;
    readonly cause: string;
    readonly code: string;
    readonly sequences: number;
    readonly events: number;
    readonly oldestSeconds: number;
    readonly message: string;
  }[];
  readonly items: readonly Readonly<Record<string, unknown>>[];
  readonly next?: string;
}

interface ReplayStatus {
  readonly replayId: string;
  readonly view: string;
  readonly dryRun: boolean;
  readonly state: 'running' | 'ended' | 'cancelled' | 'failed' | 'interrupted';
  readonly sequencesTotal: number;
  readonly eventsTotal: number;
  readonly sequences: number;
  readonly events: number;
  readonly released: number;
  readonly applied: number;
  readonly stillParked: number;
  readonly untried: number;
  readonly commands: number;
  readonly failures: readonly {
    readonly cause: string;
    readonly code: string;
    readonly message: string;
    readonly sequences: number;
    readonly events: number;
  }[];
  readonly problem?: string;
}

interface ListOptions {
  readonly view?: string;
  readonly household?: string;
  readonly cause?: string;
  readonly olderThan?: string;
  readonly limit: string;
  readonly after?: string;
}
interface ReplayOptions {
  readonly as: string;
  readonly dryRun?: boolean;
  readonly household?: string;
  readonly cause?: string;
  readonly all?: boolean;
}

const pollMs = 100;

/** `faemban parked` and `faemban parked replay`: what could not be applied, and its replay, dry run first. */
export function parkedCommands(program: Command, session: (command: Command) => Session): void {
  const parked = program
    .command('parked')
    .description('เหตุการณ์ที่พักไว้ · what could not be applied, by cause and household, with its age')
    .option('--view <view>', 'of one view or policy')
    .option('--household <id>', 'of one household')
    .option('--cause <code>', 'poison, invalid, or the code of a cause')
    .option('--older-than <seconds>', 'parked longer ago than this')
    .option('--limit <households>', 'lines of a page', '50')
    .option('--after <cursor>', 'the page behind this one')
    .action(async (options: ListOptions, self: Command) => {
      const { client, output } = session(self);
      const query = new URLSearchParams({ limit: options.limit });
      for (const name of ['view', 'household', 'cause', 'after'] as const) {
        const value = options[name];
        if (value !== undefined) query.set(name, value);
      }
      if (options.olderThan !== undefined) query.set('olderThanSeconds', options.olderThan);
      output.print(await client.get<ParkedList>(`/parked?${query.toString()}`), listLines);
    });

  parked
    .command('replay <view>')
    .description('ปล่อยเหตุการณ์ที่พักไว้ตามลำดับ ลองดูผลก่อนได้ · replay what a view or policy has parked, in order')
    .requiredOption('--as <operator>', 'in whose name')
    .option('--dry-run', 'say what would happen, change nothing')
    .option('--household <id>', 'of one household')
    .option('--cause <code>', 'poison, invalid, or the code of a cause')
    .option('--all', 'everything the view has parked')
    .addHelpText(
      'after',
      '\nIt is never possible to drop parked events. Exit codes: 0 all applied · 5 some stay parked.',
    )
    .action(async (view: string, own: ReplayOptions, self: Command) => {
      const { client, output, progress } = session(self);
      // Options of the same name may have been read by `faemban parked` itself.
      const options = self.optsWithGlobals<ReplayOptions>();
      const meant = {
        ...(options.household === undefined ? {} : { household: options.household }),
        ...(options.cause === undefined ? {} : { cause: options.cause }),
        ...(own.all === true ? { all: true } : {}),
      };
      if (Object.keys(meant).length !== 1) {
        self.error('error: say one of --household, --cause and --all', { exitCode: exitCodes.usage });
      }
      const body = { view, dryRun: own.dryRun === true, ...meant };
      let status = await client.post<ReplayStatus>('/parked/replays', body);
      while (status.state === 'running') {
        await new Promise((resolve) => setTimeout(resolve, pollMs));
        status = await client.get<ReplayStatus>(`/parked/replays/${status.replayId}`);
        progress.show(view, status.events, status.eventsTotal, 'events');
      }
      progress.close();
      output.print(status, replayLines);
      if (status.state !== 'ended') process.exitCode = exitCodes.fault;
      else if (status.stillParked > 0) process.exitCode = exitCodes.rowsInError;
    });
}

function listLines({ total, sequences, oldestSeconds, causes, items, next }: ParkedList): readonly string[] {
  if (total === 0) return ['ไม่มีเหตุการณ์ที่พักไว้ · nothing is parked'];
  return [
    `พักไว้ ${count(total)} เหตุการณ์ ของ ${count(sequences)} ครัวเรือน เก่าสุด ${age(oldestSeconds)} · ${count(total)} events of ${count(sequences)} households are parked, the oldest for ${age(oldestSeconds)}`,
    '',
    'ตามสาเหตุ · by cause',
    ...table(
      causes.map((one) => ({ ...one, households: one.sequences, age: age(one.oldestSeconds) })),
      ['view', 'code', 'cause', 'households', 'events', 'age', 'message'],
    ),
    '',
    'ตามครัวเรือน · by household',
    ...table(
      items.map((one) => ({ ...one, age: age(Number(one['ageSeconds'])) })),
      ['view', 'id', 'events', 'code', 'attempts', 'age', 'eventsOf', 'partition', 'seq'],
    ),
    ...(next === undefined ? [] : [`หน้าถัดไป · next page: faemban parked --after ${next}`]),
  ];
}

function replayLines(status: ReplayStatus): readonly string[] {
  const { view, state, dryRun, sequences, events, released, applied, stillParked, untried, commands } = status;
  const lines = [
    dryRun
      ? `${view}: ลองดูผล ไม่มีอะไรเปลี่ยน · dry run, nothing was changed (${state})`
      : `${view}: ${state} · ${status.replayId}`,
    `  ${count(sequences)} ครัวเรือน ${count(events)} เหตุการณ์ · households, events`,
    dryRun
      ? `  จะใช้ได้ ${count(applied)} เหตุการณ์ ${count(released)} ครัวเรือน · would be applied: ${count(applied)} events, free: ${count(released)} households`
      : `  ใช้แล้ว ${count(applied)} เหตุการณ์ ${count(released)} ครัวเรือน · applied: ${count(applied)} events, free: ${count(released)} households`,
    `  ยังพักอยู่ ${count(stillParked)} เหตุการณ์ · ${dryRun ? 'would stay' : 'stay'} parked: ${count(stillParked)} events`,
  ];
  if (commands > 0) {
    lines.push(`  คำสั่ง ${count(commands)} · commands ${dryRun ? 'to be given, outcome not known before' : 'given'}`);
  }
  if (untried > 0) lines.push(`  ยังไม่ได้ลอง ${count(untried)} เหตุการณ์ · not looked at: ${count(untried)} events`);
  for (const { code, cause, message, sequences: households, events: waiting } of status.failures) {
    lines.push(`  ✗ ${code} (${cause}): ${count(households)} households, ${count(waiting)} events: ${message}`);
  }
  if (status.problem !== undefined) lines.push(`  ${status.problem}`);
  return lines;
}

const count = (value: number): string => value.toLocaleString('en-US');

/** An age in its largest unit, e.g. `3 h`. */
function age(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
  ] as const;
  const [unit, length] = units.find(([, size]) => seconds >= size) ?? (['s', 1] as const);
  return `${Math.floor(seconds / length)} ${unit}`;
}
