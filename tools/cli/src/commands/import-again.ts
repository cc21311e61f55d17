import { statSync } from 'node:fs';
import type { Command } from 'commander';
import type { ImportStatus } from '../client';
import type { Session } from '../session';
import { previewLines } from './import';

const parts = ['households', 'members', 'register', 'list'] as const;
type Files = Partial<Record<(typeof parts)[number], string>>;

const underWay: readonly ImportStatus['state'][] = ['validating', 'approved', 'applying'];

/** `faemban import again`: the same files once more for an import that is known by its events only; nothing is recorded twice. */
export function importAgainCommand(program: Command, session: (command: Command) => Session): void {
  const group = program.commands.find((command) => command.name() === 'import') ?? program.command('import');
  const command = group
    .command('again <importId>')
    .description(
      'ส่งแฟ้มเดิมให้การนำเข้าที่แฟ้มหายหลังการกู้คืน ไม่มีอะไรถูกบันทึกซ้ำ · give an import its files again after a restore; nothing is recorded twice. Without files: read an applied survey again from those that are kept',
    )
    .requiredOption('--as <operator>', 'who sends them');
  for (const part of parts) command.option(`--${part} <file>`, `the same file as then: ${part}`);
  command.action(async (importId: string, options: Files, self: Command) => {
    const { client, output, progress } = session(self);
    const given = parts.flatMap((part) => (options[part] === undefined ? [] : [[part, options[part]] as const]));
    for (const [part, file] of given) {
      const bytes = statSync(file).size;
      await client.putFile(`/imports/${importId}/files/${part}`, file, (sent) =>
        progress.show(part, Math.round(sent / 1024), Math.round(bytes / 1024), 'KiB'),
      );
    }
    await client.post(`/imports/${importId}/${given.length > 0 ? 'validation' : 'restoration'}`);
    const status = await client.waitForImport(
      importId,
      ({ state }) => !underWay.includes(state),
      (shown) => progress.ofImport(shown),
    );
    progress.close();
    output.print(status, previewLines);
  });
}
