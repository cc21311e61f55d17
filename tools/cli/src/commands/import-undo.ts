import type { Command } from 'commander';
import type { Client, Sentence } from '../client';
import { exitCodes } from '../exit-codes';
import type { Progress } from '../progress';
import type { Session } from '../session';

/** What the server says of an import that is to be undone. Counts are of households and of recorded facts. */
export interface RollbackStatus {
  readonly importId: string;
  readonly state: 'examining' | 'awaiting-approval' | 'rolling-back' | 'rolled-back' | 'refused' | 'declined';
  readonly reason: string;
  readonly requestedBy: string;
  readonly approvedBy?: string;
  readonly found?: { readonly households: number; readonly facts: number };
  readonly done?: { readonly households: number; readonly withdrawn: number; readonly restored: number };
  readonly progress?: { readonly stage: string; readonly done: number; readonly total: number; readonly unit: string };
  readonly sentence?: Sentence;
}

const pollMs = 200;

/** `faemban import undo`: one operator asks, another approves; both wait and see how far it is. */
export function importUndoCommand(program: Command, session: (command: Command) => Session): void {
  const group = program.commands.find((command) => command.name() === 'import') ?? program.command('import');
  group
    .command('undo <importId>')
    .description('ยกเลิกการนำเข้าที่บันทึกแล้ว (ผู้อนุมัติต้องไม่ใช่ผู้ขอ) · undo an applied import; asked by one, approved by another')
    .option('--reason <code>', 'wrong-file, wrong-round, wrong-source, wrong-content or test-data', 'wrong-file')
    .option('--approve', 'approve what another operator asked for, and wait until it is undone')
    .option('--decline', 'let the import stand')
    .requiredOption('--as <operator>', 'who asks, approves or declines')
    .action(
      async (
        importId: string,
        { reason, approve, decline }: { reason: string; approve?: boolean; decline?: boolean },
        self: Command,
      ) => {
        const { client, output, progress } = session(self);
        const path = `/imports/${importId}/rollback`;
        if (decline) await client.post(`${path}/refusal`);
        else if (approve) await client.post(`${path}/approval`);
        else await client.post(path, { reason });
        const status = await waitForRollback(client, importId, progress);
        output.print(status, rollbackLines);
        if (status.state === 'refused') process.exitCode = exitCodes.refused;
      },
    );
}

/** Asks until the undoing of an import stands still: it waits for somebody, was refused, or is done. */
export async function waitForRollback(
  client: Client,
  importId: string,
  progress?: Pick<Progress, 'show' | 'close'>,
): Promise<RollbackStatus> {
  for (;;) {
    const status = await client.get<RollbackStatus>(`/imports/${importId}/rollback`);
    if (status.progress) {
      const { stage, done, total, unit } = status.progress;
      progress?.show(stage, done, total, unit);
    }
    if (status.state !== 'examining' && status.state !== 'rolling-back') {
      progress?.close();
      return status;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function rollbackLines(status: RollbackStatus): string[] {
  const { importId, state, found, done, sentence } = status;
  const count = (value: number): string => value.toLocaleString('en-US');
  const lines = [
    `import    ${importId}`,
    `undo      ${state} · ${status.reason} · asked by ${status.requestedBy}${status.approvedBy ? ` · approved by ${status.approvedBy}` : ''}`,
  ];
  if (found) lines.push(`concerns  ${count(found.households)} ครัวเรือน households · ${count(found.facts)} facts`);
  if (done) {
    lines.push(
      `undone    ${count(done.withdrawn)} facts of ${count(done.households)} ครัวเรือน households withdrawn · ${count(done.restored)} earlier facts in force again`,
    );
  }
  if (sentence) lines.push(sentence.th, sentence.en);
  if (state === 'awaiting-approval') {
    lines.push(`next      faemban import undo ${importId} --approve --as <another operator>   (or --decline)`);
  }
  return lines;
}
