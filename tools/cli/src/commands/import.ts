import { statSync } from 'node:fs';
import type { Command } from 'commander';
import type { Client, ImportStatus } from '../client';
import { exitCodes } from '../exit-codes';
import type { Session } from '../session';
import { applyMapping, mappingOptions, type MappingChoice, proposalLines } from './mapping';

interface Started {
  readonly importId: string;
}

type UploadOptions = MappingChoice & { readonly round: string; readonly source: string };

/** `faemban import survey|register|fragile`: uploads, validates, and prints the preview with the command that approves it. */
export function importCommands(program: Command, session: (command: Command) => Session): void {
  const command = program
    .command('import')
    .description('นำเข้าแฟ้ม · upload and validate files; another operator approves');
  mappingOptions(command.command('survey'))
    .description('แบบสำรวจ จปฐ. · a survey in the BMN form')
    .requiredOption('--households <file>', 'households, CSV or .xlsx')
    .requiredOption('--members <file>', 'members, CSV or .xlsx')
    .requiredOption('--round <year>', 'data year, B.E., e.g. 2561')
    .option('--source <key>', 'the feed', 'cdd-bmn')
    .requiredOption('--as <operator>', 'who uploads')
    .action(async (options: UploadOptions & { households: string; members: string }, self: Command) =>
      upload(session(self), 'bmn-survey', options, { households: options.households, members: options.members }),
    );
  mappingOptions(command.command('register'))
    .description('ทะเบียนผู้มีบัตรสวัสดิการแห่งรัฐ · the state-welfare register')
    .requiredOption('--file <file>', 'register, CSV or .xlsx')
    .requiredOption('--round <year>', 'data year it is used for, B.E.')
    .option('--source <key>', 'the feed', 'mof-welfare')
    .requiredOption('--as <operator>', 'who uploads')
    .action(async (options: UploadOptions & { file: string }, self: Command) =>
      upload(session(self), 'welfare-register', options, { register: options.file }),
    );
  mappingOptions(command.command('fragile'))
    .description('รายชื่อครัวเรือนเปราะบาง · the province’s list of fragile households')
    .requiredOption('--file <file>', 'list, CSV or .xlsx')
    .requiredOption('--round <year>', 'year of the list, B.E.')
    .option('--source <key>', 'the feed', 'province-fragile')
    .requiredOption('--as <operator>', 'who uploads')
    .action(async (options: UploadOptions & { file: string }, self: Command) =>
      upload(session(self), 'fragile-list', options, { list: options.file }),
    );
}

async function upload(
  session: Session,
  kind: string,
  { source, round, map, mapping }: UploadOptions,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const choice = { ...(map ? { map } : {}), ...(mapping ? { mapping } : {}) };
  const wanted = { kind, source, round: Number(round), files, choice };
  const status = await uploadImport(session.client, wanted, session);
  const proposal = (status.errors ?? 0) > 0 ? await proposalLines(session.client, status.importId) : [];
  session.progress.close();
  session.output.print(status, (shown) => [...previewLines(shown), ...proposal]);
  if ((status.errors ?? 0) > 0) process.exitCode = exitCodes.rowsInError;
}

/** Opens an import, sends its files and waits until every row is checked. */
export async function uploadImport(
  client: Client,
  wanted: {
    kind: string;
    source: string;
    round: number;
    files: Readonly<Record<string, string>>;
    choice?: MappingChoice;
  },
  session?: Pick<Session, 'progress'>,
): Promise<ImportStatus> {
  const { importId } = await client.post<Started>('/imports', {
    kind: wanted.kind,
    source: wanted.source,
    round: wanted.round,
  });
  for (const [part, file] of Object.entries(wanted.files)) {
    const bytes = statSync(file).size;
    await client.putFile(`/imports/${importId}/files/${part}`, file, (sent) =>
      session?.progress.show(part, Math.round(sent / 1024), Math.round(bytes / 1024), 'KiB'),
    );
  }
  await applyMapping(client, { ...wanted, importId });
  const started = await client.post<{ importId?: string }>(`/imports/${importId}/validation`);
  const known = started.importId ?? importId;
  return client.waitForImport(
    known,
    ({ state }) => state !== 'receiving' && state !== 'validating',
    (status) => session?.progress.ofImport(status),
  );
}

/** What a person must know before an import is approved. */
export function previewLines(status: ImportStatus): string[] {
  const preview = Object.entries(status.preview ?? {}).map(
    ([verdict, households]) => `${verdict} ${households.toLocaleString('en-US')}`,
  );
  const lines = [
    `import    ${status.importId}  (${status.kind}, ${status.source}, round ${status.round})`,
    `state     ${status.state}`,
    `rows      ${(status.rows ?? 0).toLocaleString('en-US')} · households ${(status.households ?? 0).toLocaleString('en-US')} ครัวเรือน · persons ${(status.persons ?? 0).toLocaleString('en-US')} คน`,
    `errors    ${(status.errors ?? 0).toLocaleString('en-US')} rows · warnings ${(status.warnings ?? 0).toLocaleString('en-US')} rows`,
    `preview   ${preview.join(' · ') || '–'} (households)`,
  ];
  if (status.applied) {
    lines.push(
      `applied   ${Object.entries(status.applied)
        .map(([what, count]) => `${what} ${count.toLocaleString('en-US')}`)
        .join(' · ')}`,
    );
  }
  if (status.heldBecause) {
    lines.push(status.heldBecause.th, status.heldBecause.en);
    lines.push(`next      faemban import release ${status.importId} --reason <code> --as <another operator>`);
  }
  if (status.lostBecause) {
    lines.push(status.lostBecause.th, status.lostBecause.en);
    lines.push(`next      faemban import again ${status.importId} --<part> <file> … --as <operator>`);
  }
  if ((status.errors ?? 0) > 0)
    lines.push(`next      faemban preview ${status.importId} --errors    (ดูแถวที่ผิด · see the rows in error)`);
  else if (status.state === 'validated')
    lines.push(`next      faemban approve ${status.importId} --as <another operator>`);
  return lines;
}
