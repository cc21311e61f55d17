import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
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
  type RestoreOrder,
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
/** The vault writes an entry before the event about it. */
const leading = ['identity-verification/vault.sqlite'];
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
        leading,
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
    .action(async ({ data, to }: FolderOptions & { to: string }, self: Command) => {
      const names = await backupKeys(data, to);
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
      const listed = options.erased === undefined ? [] : idsIn(options.erased, self);
      if (listed.length > 0 && !existsSync(vaultOf(options.data))) {
        self.error('error: --erased needs the keys: put their copy into keys/ of the data folder first', {
          exitCode: exitCodes.usage,
        });
      }
      const restored = await restoreFolder({
        from: options.from,
        to: options.data,
        restoredAt: new Date().toISOString(),
        ...(reason === undefined || by === undefined ? {} : { accepts: { reason, by } }),
        eraseAgain: eraseWith(listed),
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
              'ยังไม่มีกุญแจ ให้วางสำเนากุญแจทั้งชุดใน keys/ ก่อนเริ่มระบบ · there are no keys yet: put their whole copy into keys/ before the start',
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
      const { output, progress } = session(self);
      const imported = await importLog({
        from,
        to: data,
        eraseAgain: eraseWith([]),
        onProgress: (done, total) => progress.show('import', done, total, 'events'),
      });
      progress.close();
      output.print(imported, ({ events, commands }) => [
        `นำเข้าแล้ว · imported ${number(events)} events, ${number(commands)} commands → ${data}`,
        'ข้อมูลสรุปสร้างเองเมื่อเริ่มระบบ · read models are made at the first start',
      ]);
    });

  withData(program.command('doctor'))
    .description('ตรวจสุขภาพของการติดตั้ง · what is wrong with this installation, in words')
    .action(({ data }: FolderOptions, self: Command) => {
      const symptoms = examineFolder(data, { nowMs: Date.now() });
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

const vaultOf = (dataFolder: string): string => join(dataFolder, 'keys', 'identity-verification.sqlite');

/** Ids of persons, one per line, from a file. */
function idsIn(file: string, self: Command): readonly string[] {
  if (!existsSync(file)) self.error(`error: there is no file ${file}`, { exitCode: exitCodes.usage });
  const ids = readFileSync(file, 'utf8').split(/\s+/).filter(Boolean);
  const wrong = ids.findIndex((id) => !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id));
  if (wrong !== -1)
    self.error(`error: entry ${wrong + 1} of ${file} is no id of a person`, { exitCode: exitCodes.usage });
  return ids;
}

/** Erases in keys whom events say to have been erased, and those besides. */
function eraseWith(besides: readonly string[]): RestoreOrder['eraseAgain'] {
  return async ({ eventsFile, keysFolder }) => {
    // Brings a whole service along, which no other command needs. Node's own `import` finds no names in CommonJS packages.
    const vault = createRequire(__filename)(
      '@faemban/identity-verification',
    ) as typeof import('@faemban/identity-verification');
    const { eraseAgain, personsErased } = vault;
    const events = await openSqliteEvents({ file: eventsFile, clock: Date.now, readonly: true });
    try {
      return eraseAgain(keysFolder, [...(await personsErased(events.log)), ...besides]);
    } finally {
      await events.close();
    }
  };
}
