import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes';
import { table } from '../output';
import type { Session } from '../session';

/** What the server says of a rebuild. Counts are of events and rows. */
interface RebuildStatus {
  readonly rebuildId: string;
  readonly view: string;
  readonly state: string;
  readonly isPaused: boolean;
  readonly eventsTotal: number;
  readonly eventsFilled: number;
  readonly eventsPerSecond: number | null;
  readonly secondsFilling: number;
  readonly documents?: number;
  readonly counters?: number;
  readonly parked?: number;
  readonly differencesTotal?: number;
  readonly problem?: string;
  readonly startedAt: string;
}

interface RebuildOptions {
  readonly as: string;
  readonly all?: boolean;
  readonly switch: boolean;
  readonly wait: boolean;
  readonly expectDifferences?: string;
  readonly report?: string;
}

const pollMs = 200;
const ends = ['verified', 'switched', 'refused', 'cancelled', 'failed'];

/** `faemban rebuild`, `rebuilds` and `certificate`: read models made anew from the log, compared, and what they are complete through. */
export function rebuildCommands(program: Command, session: (command: Command) => Session): void {
  program
    .command('rebuild [view]')
    .description('สร้างข้อมูลสรุปใหม่จากเหตุการณ์ เทียบ แล้วสลับใช้ · rebuild a view from the log, compare, switch')
    .requiredOption('--as <operator>', 'in whose name')
    .option('--all', 'every view, one after the other')
    .option('--no-switch', 'compare only; switch later with: faemban rebuilds --switch <id>')
    .option('--no-wait', 'do not wait for the end')
    .option('--expect-differences <reason>', 'switch although rows differ, for this reason')
    .option('--report <file>', 'write the signed report (JSON) here')
    .action(async (view: string | undefined, options: RebuildOptions, self: Command) => {
      const { client, output, progress } = session(self);
      if ((view === undefined) === (options.all !== true)) {
        self.error('error: name one view, or say --all', { exitCode: exitCodes.usage });
      }
      const views = view === undefined ? await viewNames(client) : [view];
      const finished: RebuildStatus[] = [];
      for (const name of views) {
        let status = await client.post<RebuildStatus>('/rebuilds', {
          view: name,
          switch: options.switch,
          ...(options.expectDifferences === undefined ? {} : { expectDifferences: options.expectDifferences }),
        });
        while (options.wait && !ends.includes(status.state)) {
          await new Promise((resolve) => setTimeout(resolve, pollMs));
          status = await client.get<RebuildStatus>(`/rebuilds/${status.rebuildId}`);
          progress.show(name, status.eventsFilled, status.eventsTotal, 'events');
        }
        progress.close();
        finished.push(status);
        if (options.report !== undefined && options.wait) {
          const report = await client.get<unknown>(`/rebuilds/${status.rebuildId}/report.json`);
          const file = views.length > 1 ? options.report.replace(/(\.json)?$/, `-${name}.json`) : options.report;
          writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
        }
      }
      output.print(view === undefined ? finished : finished[0], () => finished.flatMap(rebuildLines));
      if (finished.some(({ state }) => state === 'refused')) process.exitCode = exitCodes.refused;
      if (finished.some(({ state }) => state === 'failed')) process.exitCode = exitCodes.fault;
    });

  program
    .command('rebuilds')
    .description('การสร้างใหม่ทั้งหมด หรือพัก ทำต่อ ยกเลิก สลับใช้ · list rebuilds, or pause, resume, cancel, switch one')
    .option('--as <operator>', 'in whose name')
    .option('--pause <id>')
    .option('--resume <id>')
    .option('--cancel <id>')
    .option('--switch <id>')
    .action(async (options: Readonly<Record<string, string | undefined>>, self: Command) => {
      const { client, output } = session(self);
      const asked = (['pause', 'resume', 'cancel', 'switch'] as const).filter((verb) => options[verb] !== undefined);
      if (asked.length > 1) self.error('error: one thing at a time', { exitCode: exitCodes.usage });
      const [verb] = asked;
      if (verb !== undefined) {
        const status = await client.post<RebuildStatus>(`/rebuilds/${options[verb]}/${verb}`);
        output.print(status, rebuildLines);
        return;
      }
      const list = await client.get<{ items: RebuildStatus[] }>('/rebuilds');
      output.print(list, ({ items }) =>
        items.length === 0
          ? ['ยังไม่เคยสร้างใหม่ · no rebuilds yet']
          : table(
              items.map((one) => ({
                ...one,
                state: one.isPaused ? `${one.state} (paused)` : one.state,
                events: `${one.eventsFilled}/${one.eventsTotal}`,
              })),
              ['rebuildId', 'view', 'state', 'events', 'differencesTotal', 'startedAt'],
            ),
      );
    });

  program
    .command('certificate <view>')
    .description('ใบรับรองความครบถ้วน (ลงลายเซ็น) · the signed completeness certificate of a view')
    .option('--out <file>', 'write it here')
    .action(async (view: string, options: { out?: string }, self: Command) => {
      const { client, output } = session(self);
      const signed = await client.get<SignedCertificate>(`/certificates/${view}`);
      if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(signed, undefined, 2)}\n`);
      output.print(signed, ({ document, signature }) => [
        `${document.view} v${document.version} · ${document.takenAt} (UTC)`,
        `ครบถึงเหตุการณ์ · complete through ${count(document.eventsTotal)} events in ${document.complete.length} partitions`,
        `${count(document.documents)} documents · ${count(document.counters)} counters`,
        document.exceptTotal === 0
          ? 'ไม่มีข้อยกเว้น · without exception'
          : `ยกเว้นเหตุการณ์ที่พักไว้ · except ${count(document.exceptTotal)} parked events`,
        `ลายเซ็น · signed ${signature.name}+${signature.keyId}`,
      ]);
    });
}

interface SignedCertificate {
  readonly document: {
    readonly view: string;
    readonly version: number;
    readonly takenAt: string;
    readonly eventsTotal: number;
    readonly complete: readonly unknown[];
    readonly documents: number;
    readonly counters: number;
    readonly exceptTotal: number;
  };
  readonly signature: { readonly name: string; readonly keyId: string };
}

async function viewNames(client: Session['client']): Promise<readonly string[]> {
  const { runners } = await client.get<{ runners: readonly { name: string; kind: string }[] }>('/status');
  return runners.filter(({ kind }) => kind !== 'policy').map(({ name }) => name);
}

const count = (value: number): string => value.toLocaleString('en-US');

function rebuildLines(status: RebuildStatus): readonly string[] {
  const {
    view,
    state,
    eventsTotal,
    secondsFilling,
    documents,
    counters = 0,
    parked = 0,
    differencesTotal = 0,
  } = status;
  const rate = secondsFilling > 0 ? ` · ${count(Math.round(eventsTotal / secondsFilling))}/s` : '';
  const lines = [
    `${view}: ${state}${status.isPaused ? ' (paused)' : ''} · ${count(eventsTotal)} events in ${secondsFilling.toFixed(1)} s${rate} · ${status.rebuildId}`,
  ];
  if (documents !== undefined) {
    lines.push(
      differencesTotal === 0
        ? `  ตรงกันทุกแถว · equal: ${count(documents)} documents, ${count(counters)} counters${parked > 0 ? `, except ${count(parked)} parked events` : ''}`
        : `  ต่างกัน · ${count(differencesTotal)} rows differ; see /rebuilds/${status.rebuildId}/report`,
    );
  }
  if (state === 'refused') lines.push('  ข้อมูลสรุปเดิมยังให้บริการ · the view in service stays as it was');
  if (status.problem !== undefined) lines.push(`  ${status.problem}`);
  return lines;
}
