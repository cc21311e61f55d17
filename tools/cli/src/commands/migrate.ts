import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { IntegrityViolation } from '@faemban/event-sourcing';
import { Option, type Command } from 'commander';
import { exitCodes } from '../exit-codes';
import type { Session } from '../session';
import { verificationLines } from './verify';

interface MigrateOptions {
  readonly data: string;
  readonly mongodbUrl?: string;
  readonly mongodbUrlFile?: string;
  readonly databasePrefix: string;
  readonly replacesAtomically: string;
  readonly toData?: string;
  readonly keys?: string;
  readonly resume?: true;
}

const dataDefault = process.env['FAEMBAN_DATA_DIR'] ?? '.data';
const reportName = 'migration-report.json';
/** What a prefix may be, so that `<prefix>-identity-verification` is a name that every server takes. */
const prefixPattern = /^[a-z][a-z0-9-]{0,30}$/;

const help = `
ก่อนย้าย: หยุดระบบ สำรองข้อมูลและกุญแจ · Before: stop the system, back up its data and its keys.
ระหว่างย้าย หยุดได้ทุกเมื่อ แล้วทำต่อด้วย --resume · Interrupted anywhere, it goes on with --resume.
ทีละขั้น: docs/guides/migrating-to-distributed.md · Step by step.

  FAEMBAN_MONGODB_URL=mongodb://… npm run faemban -- migrate --data .data --to-data /srv/faemban`;

/** `faemban migrate`: an embedded installation into the databases of the distributed profile. */
export function migrateCommand(program: Command, session: (command: Command) => Session): void {
  program
    .command('migrate')
    .description('ย้ายจากระบบไฟล์เดียวไประบบกระจาย · move an embedded installation into the distributed profile')
    .option('--data <folder>', 'the data folder of the stopped installation', dataDefault)
    .addOption(
      new Option('--mongodb-url <url>', 'mongodb://…; better by environment, where no process list shows it').env(
        'FAEMBAN_MONGODB_URL',
      ),
    )
    .addOption(new Option('--mongodb-url-file <file>', 'a file that holds the address').env('FAEMBAN_MONGODB_URL_FILE'))
    .addOption(
      new Option('--database-prefix <prefix>', 'what the names of the databases begin with')
        .env('FAEMBAN_MONGODB_DATABASE_PREFIX')
        .default('faemban'),
    )
    .addOption(
      new Option('--replaces-atomically <answer>', 'false for a server of the protocol that cannot, such as FerretDB 1')
        .env('FAEMBAN_MONGODB_REPLACES_ATOMICALLY')
        .choices(['true', 'false'])
        .default('true'),
    )
    .option('--to-data <folder>', "a new folder for the services' private files; without it they stay")
    .option('--keys <folder>', 'a new folder for the keys; <to-data>/keys where only that is given')
    .option('--resume', 'go on with what was interrupted')
    .addHelpText('after', help)
    .action(async (options: MigrateOptions, self: Command) => {
      const url = urlOf(options, self);
      if (!prefixPattern.test(options.databasePrefix)) {
        usage(self, 'error: --database-prefix is 1 to 31 of a-z, 0-9 and -, and begins with a letter');
      }
      await migrate(options, url, session(self));
    });
}

function urlOf({ mongodbUrl, mongodbUrlFile }: MigrateOptions, self: Command): string {
  if (mongodbUrl !== undefined && mongodbUrlFile !== undefined) {
    usage(self, 'error: --mongodb-url and --mongodb-url-file (or their variables) exclude each other');
  }
  if (mongodbUrlFile !== undefined && !existsSync(mongodbUrlFile)) {
    usage(self, `error: there is no file ${mongodbUrlFile}`);
  }
  const url = mongodbUrl ?? (mongodbUrlFile === undefined ? '' : readFileSync(mongodbUrlFile, 'utf8').trim());
  if (url === '') usage(self, 'error: name the server with FAEMBAN_MONGODB_URL, --mongodb-url or --mongodb-url-file');
  // Never printed: it may have credentials.
  if (!/^mongodb(\+srv)?:\/\/\S+$/.test(url))
    usage(self, 'error: the address begins with mongodb:// or mongodb+srv://');
  return url;
}

function usage(self: Command, message: string): never {
  return self.error(message, { exitCode: exitCodes.usage });
}

async function migrate(options: MigrateOptions, url: string, { output, progress }: Session): Promise<void> {
  // Brings the driver along, which no other command needs.
  const { migrateFolder, openMongoState, reportLines, SourceAltered, StepWatch, storeMongo } = createRequire(
    __filename,
  )('../migrate') as typeof import('../migrate');
  const watch = new StepWatch(progress, progress.isVisible, (line) => process.stderr.write(`${line}\n`));
  try {
    const { report, signed } = await migrateFolder({
      data: options.data,
      mongo: {
        url,
        databasePrefix: options.databasePrefix,
        capabilities: { replacesAtomically: options.replacesAtomically === 'true' },
      },
      ...(options.toData === undefined ? {} : { toData: options.toData }),
      ...(options.keys === undefined ? {} : { keys: options.keys }),
      resume: options.resume === true,
      clock: Date.now,
      openState: openMongoState,
      watch,
    });
    watch.close();
    const file = join(options.data, reportName);
    writeFileSync(`${file}.new`, `${JSON.stringify(signed ?? report, undefined, 2)}\n`, { flush: true });
    renameSync(`${file}.new`, file);
    output.print(signed ?? report, () => [...reportLines(report), `รายงาน · report: ${file}`]);
  } catch (error) {
    watch.close();
    if (error instanceof SourceAltered) {
      output.print(error.verification, verificationLines);
      process.exitCode = exitCodes.altered;
    } else if (error instanceof IntegrityViolation || error instanceof storeMongo.TransferDiffers) {
      output.print({ altered: error.message }, () => [
        `พบสิ่งที่ไม่ตรง จึงยังไม่เปลี่ยนไปใช้ฐานข้อมูล · found something that differs, so nothing was switched: ${error.message}`,
        'โฟลเดอร์เดิมยังใช้ได้ตามเดิม ตรวจด้วย faemban verify --data แล้วสั่งย้ายอีกครั้งในฐานข้อมูลใหม่ · the old folder is as it was: look with faemban verify --data, then migrate again into other databases',
      ]);
      process.exitCode = exitCodes.altered;
    } else if (error instanceof storeMongo.DatabaseUnavailable) {
      console.error(
        'ฐานข้อมูลไม่ตอบ สิ่งที่คัดลอกแล้วไม่เสีย เมื่อฐานข้อมูลกลับมาให้สั่งเดิมพร้อม --resume\nThe database does not answer. Nothing copied is lost: when it is back, give the same command with --resume.',
      );
      console.error(`(${(error.cause as Error | undefined)?.name ?? error.name})`);
      process.exitCode = exitCodes.notReachable;
    } else {
      throw error;
    }
  }
}
