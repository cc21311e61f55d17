import type { Command } from 'commander';
import type { ImportStatus } from '../client';
import { table } from '../output';
import type { Session } from '../session';
import { previewLines } from './import';

interface RowError {
  readonly row: number;
  readonly part: string;
  readonly column: string | null;
  readonly code: string;
  readonly severity: string;
  readonly sentence: { readonly th: string; readonly en: string };
}

/** `faemban preview` and `faemban approve`: what an import would do, and letting it. */
export function reviewCommands(program: Command, session: (command: Command) => Session): void {
  program
    .command('preview <importId>')
    .description('ดูก่อนอนุมัติ · what an import would change, or its rows in error')
    .option('--errors', 'list rows in error and warnings')
    .option('--limit <n>', 'rows at most', '50')
    .action(async (importId: string, options: { errors?: boolean; limit: string }, self: Command) => {
      const { client, output } = session(self);
      if (options.errors) {
        const page = await client.get<{ items: RowError[] }>(`/imports/${importId}/errors?limit=${options.limit}`);
        output.print(page, ({ items }) =>
          items.length === 0
            ? ['ไม่มีแถวที่ผิด · no rows in error']
            : table(
                items.map(({ sentence, ...error }) => ({
                  ...error,
                  row: String(error.row),
                  th: sentence.th,
                  en: sentence.en,
                })),
                ['part', 'row', 'column', 'severity', 'code', 'th', 'en'],
              ),
        );
      } else {
        output.print(await client.get<ImportStatus>(`/imports/${importId}`), previewLines);
      }
    });

  program
    .command('approve <importId>')
    .description('อนุมัติ (ผู้อนุมัติต้องไม่ใช่ผู้นำเข้า) · release an import; never by who uploaded it')
    .requiredOption('--as <operator>', 'who approves')
    .option('--no-wait', 'do not wait until it is applied')
    .action(async (importId: string, options: { wait: boolean }, self: Command) => {
      const { client, output, progress } = session(self);
      await client.post(`/imports/${importId}/approval`);
      const status = await client.waitForImport(
        importId,
        ({ state }) => !options.wait || ['applied', 'rejected', 'held'].includes(state),
        (seen) => progress.ofImport(seen),
      );
      progress.close();
      output.print(status, previewLines);
    });
}
