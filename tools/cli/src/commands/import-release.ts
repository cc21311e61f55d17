import type { Command } from 'commander';
import type { ImportStatus } from '../client';
import type { Session } from '../session';
import { previewLines } from './import';

/** `faemban import release`: lets an import that stopped by itself go on. `faemban approve` or `reject` follow. */
export function importReleaseCommand(program: Command, session: (command: Command) => Session): void {
  const group = program.commands.find((command) => command.name() === 'import') ?? program.command('import');
  group
    .command('release <importId>')
    .description(
      'ให้การนำเข้าที่หยุดรอดำเนินการต่อ (ต้องไม่ใช่ผู้นำเข้า) · let an import that stopped over repeated rows go on; never by who uploaded it',
    )
    .requiredOption('--reason <code>', 'corrected-file-sent-whole, source-confirms-repeats or missing-part-added')
    .requiredOption('--as <operator>', 'who lets it go on')
    .action(async (importId: string, { reason }: { reason: string }, self: Command) => {
      const { client, output } = session(self);
      await client.post(`/imports/${importId}/release`, { reason });
      output.print(await client.get<ImportStatus>(`/imports/${importId}`), previewLines);
    });
  group
    .command('reject <importId>')
    .description('ปฏิเสธการนำเข้าที่ยังไม่อนุมัติ · turn an import away that is not approved yet')
    .requiredOption('--as <operator>', 'who rejects')
    .action(async (importId: string, _options: object, self: Command) => {
      const { client, output } = session(self);
      output.print(await client.post<ImportStatus>(`/imports/${importId}/rejection`), previewLines);
    });
}
