import type { Command } from 'commander';
import type { Session } from '../session';

/** `faemban errors`: the rows in error of an import as a file that a spreadsheet opens. */
export function errorsCommand(program: Command, session: (command: Command) => Session): void {
  program
    .command('errors <importId>')
    .description('บันทึกแถวที่ผิดเป็นแฟ้ม CSV · save the rows in error as a CSV file')
    .requiredOption('--out <file>', 'where to; a file that is there is replaced')
    .action(async (importId: string, { out }: { out: string }, self: Command) => {
      const { client, output } = session(self);
      const bytes = await client.saveFile(`/imports/${importId}/errors.csv`, out);
      output.print({ importId, file: out, bytes }, () => [
        `บันทึกแล้ว · saved ${out} (${bytes.toLocaleString('en-US')} bytes)`,
      ]);
    });
}
