import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  backupFolder,
  backupKeys,
  examineFolder,
  exportLog,
  importLog,
  noteBackup,
  openSqliteEvents,
  restoreFolder,
  type SymptomLevel,
} from '@faemban/store-sqlite';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes';
import type { Session } from '../session';

interface FolderOptions {
  readonly data: string;
}
interface RestoreOptions extends FolderOptions {
  readonly from: string;
  readonly acceptLoss?: string;
  readonly by?: string;
  readonly erased?: string;
}

const dataDefault = process.env['FAEMBAN_DATA_DIR'] ?? '.data';
const number = (value: number): string => value.toLocaleString('en-US');
const mebibytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);

/** `faemban backup`, `backup-keys`, `restore`, `export`, `import-log`, `doctor`: what is done with a data folder itself, without a server. */
export function dataFolderCommands(program: Command, session: (command: Command) => Session): void {
  const withData = (command: Command): Command => command.option('--data <folder>', 'the data folder', dataDefault);

  withData(program.command('backup'))
    .description('สำรองข้อมูล ขณะระบบทำงานก็ได้ · copy a data folder, also of a running system')
    .requiredOption('--to <folder>', 'a new folder, best on another disk')
    .action(async ({ data, to }: FolderOptions & { to: string }, self: Command) => {
      const { output, progress } = session(self);
      const takenAt = new Date().toISOString();
      const manifest = await backupFolder({
        from: data,
        to,
        takenAt,
        onProgress: (done, total) => progress.show('backup', mebibytes(done), mebibytes(total), 'MiB'),
      });
      progress.close();
      noteBackup(data, { takenAt, events: manifest.events });
      const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
      output.print({ to, takenAt, events: manifest.events, files: manifest.files.length, bytes }, () => [
        `สำรองแล้ว · backed up ${number(manifest.events)} events, ${manifest.files.length} files, ${number(mebibytes(bytes))} MiB → ${to}`,
        'กุญแจไม่รวมอยู่ในนี้ · the keys are not in it: faemban backup-keys --to <another place>',
      ]);
    });

  withData(program.command('backup-keys'))
    .description('สำรองกุญแจ แยกจากข้อมูล · copy the keys, apart from the data')
    .requiredOption('--to <folder>', 'a new folder, apart from the backups of the data')
    .action(({ data, to }: FolderOptions & { to: string }, self: Command) => {
      const names = backupKeys(data, to);
      session(self).output.print({ to, files: names }, () => [
        `สำรองกุญแจแล้ว · copied ${names.length} files → ${to}`,
        'เก็บไว้ระยะสั้นและน้อยชุด เพราะสำเนาเก่าคืนกุญแจของผู้ที่ถูกลบไปแล้ว · keep few and for a short time: an old copy brings back the keys of persons erased since',
      ]);
    });

  withData(program.command('restore'))
    .description('กู้คืนลงโฟลเดอร์ใหม่ · make a data folder out of a backup')
    .requiredOption('--from <folder>', 'the backup')
    .option('--accept-loss <reason>', 'go on although events recorded later are missing')
    .option('--by <name>', 'who answers for that')
    .option('--erased <file>', 'ids of persons erased since the backup, one per line')
    .action(async (options: RestoreOptions, self: Command) => {
      const { output, progress } = session(self);
      if ((options.acceptLoss === undefined) !== (options.by === undefined)) {
        self.error('error: --accept-loss and --by belong together', { exitCode: exitCodes.usage });
      }
      const { acceptLoss: reason, by } = options;
      const erased = [
        ...(await erasedIn(join(options.from, 'events.sqlite'))),
        ...(options.erased === undefined ? [] : readFileSync(options.erased, 'utf8').split(/\s+/).filter(Boolean)),
      ];
      // Brings a whole service along, which no other command needs.
      const { eraseAgain } = await import('@faemban/identity-verification');
      const restored = await restoreFolder({
        from: options.from,
        to: options.data,
        restoredAt: new Date().toISOString(),
        ...(reason === undefined || by === undefined ? {} : { accepts: { reason, by } }),
        eraseAgain: (folder) => eraseAgain(join(folder, 'keys', 'identity-verification.sqlite'), erased),
        onProgress: (done, total) => progress.show('check', mebibytes(done), mebibytes(total), 'MiB'),
      });
      progress.close();
      const hasKeys = existsSync(join(options.data, 'keys', 'identity-verification.key'));
      output.print({ ...restored, hasKeys }, ({ manifest, eventsLost, erasuresApplied }) => [
        `กู้คืนแล้ว · restored ${number(manifest.events)} events of ${manifest.takenAt} → ${options.data}`,
        ...(eventsLost > 0 ? [`สูญหาย · given up: ${number(eventsLost)} events`] : []),
        ...(erasuresApplied > 0 ? [`ลบซ้ำ · erased again: ${number(erasuresApplied)} persons`] : []),
        ...(hasKeys
          ? []
          : [
              'ยังไม่มีกุญแจ ให้วางสำเนากุญแจใน keys/ ก่อนเริ่มระบบ · there are no keys yet: put their copy into keys/ before the start',
            ]),
      ]);
    });

  withData(program.command('export'))
    .description('ส่งออกเหตุการณ์ทั้งหมดเป็นไฟล์เดียว · every event in one file, for another installation')
    .requiredOption('--to <file>', 'e.g. province-84.faemban.gz')
    .action(async ({ data, to }: FolderOptions & { to: string }, self: Command) => {
      const { output, progress } = session(self);
      const exported = await exportLog({
        eventsFile: join(data, 'events.sqlite'),
        to,
        exportedAt: new Date().toISOString(),
        onProgress: (done, total) => progress.show('export', done, total, 'events'),
      });
      progress.close();
      output.print(exported, ({ events, commands }) => [
        `ส่งออกแล้ว · exported ${number(events)} events, ${number(commands)} commands → ${to}`,
      ]);
    });

  withData(program.command('import-log'))
    .description('นำเข้าเหตุการณ์ที่ส่งออกไว้ ลงโฟลเดอร์ใหม่ · take exported events into a new data folder')
    .requiredOption('--from <file>', 'the exported file')
    .action(async ({ data, from }: FolderOptions & { from: string }, self: Command) => {
      const { output } = session(self);
      mkdirSync(data, { recursive: true, mode: 0o700 });
      const imported = await importLog({ from, eventsFile: join(data, 'events.sqlite') });
      output.print(imported, ({ events, commands }) => [
        `นำเข้าแล้ว · imported ${number(events)} events, ${number(commands)} commands → ${data}`,
        'ข้อมูลสรุปสร้างเองเมื่อเริ่มระบบ · read models are made at the first start',
      ]);
    });

  withData(program.command('doctor'))
    .description('ตรวจสุขภาพของการติดตั้ง · what is wrong with this installation, in words')
    .action(({ data }: FolderOptions, self: Command) => {
      const symptoms = examineFolder(data, Date.now());
      session(self).output.print(symptoms, (all) =>
        all.flatMap(({ level, what, todo }) => [
          `${marks[level]} ${what.th} · ${what.en}`,
          ...(todo === undefined ? [] : [`    → ${todo.th}`, `      ${todo.en}`]),
        ]),
      );
      if (symptoms.some(({ level }) => level === 'error')) process.exitCode = exitCodes.unwell;
    });
}

const marks: Readonly<Record<SymptomLevel, string>> = { ok: '✓', note: '·', warning: '!', error: '✗' };

/** The persons whom the events of a file say to have been erased. */
async function erasedIn(file: string): Promise<readonly string[]> {
  if (!existsSync(file)) return [];
  const events = await openSqliteEvents({ file, clock: Date.now, readonly: true });
  try {
    const erased: string[] = [];
    for (const { partition, seq } of await events.log.heads('identity-verification')) {
      for (let after = 0; after < seq; after += 1000) {
        const places = await events.log.places('identity-verification', partition, after, 1000);
        for (const place of places.filter(({ type }) => type === 'PersonErased')) {
          const [event] = await events.log.read('identity-verification', partition, place.seq - 1, 1);
          const personId = (event?.data as { personId?: string } | undefined)?.personId;
          if (personId !== undefined) erased.push(personId);
        }
      }
    }
    return erased;
  } finally {
    await events.close();
  }
}
