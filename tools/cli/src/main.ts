#!/usr/bin/env node
import { StoreRefused, type Sentence } from '@faemban/event-sourcing';
import { Command, CommanderError } from 'commander';
import { NotReachable, Refused } from './client';
import { dataFolderCommands } from './commands/data-folder';
import { errorsCommand } from './commands/errors';
import { importCommands } from './commands/import';
import { importAgainCommand } from './commands/import-again';
import { importReleaseCommand } from './commands/import-release';
import { importUndoCommand } from './commands/import-undo';
import { parkedCommands } from './commands/parked';
import { migrateCommand } from './commands/migrate';
import { mappingsCommand } from './commands/mapping';
import { mpiCommands } from './commands/mpi';
import { readCommands } from './commands/read';
import { queueCommands } from './commands/review-queue';
import { rebuildCommands } from './commands/rebuild';
import { reviewCommands } from './commands/review';
import { rulesetCommands } from './commands/rulesets';
import { verifyCommands } from './commands/verify';
import { sealCommands } from './commands/seals';
import { verifyReportCommand } from './commands/verify-report';
import { exitCodes } from './exit-codes';
import { sessionOf } from './session';

const program = new Command('faemban')
  .description('แฟ้มบ้าน · the command line of a running Faemban')
  .option('--url <address>', 'where it runs', process.env['FAEMBAN_URL'] ?? 'http://127.0.0.1:8420')
  .option('--json', 'one JSON value on standard output')
  .addHelpText(
    'after',
    '\nExit codes: 0 done · 1 fault · 2 usage · 3 refused, with what is possible instead · 4 nobody answers · 5 rows in error · 6 altered · 7 unwell',
  )
  .exitOverride()
  .showHelpAfterError('(faemban --help lists the commands)');

importCommands(program, sessionOf);
importAgainCommand(program, sessionOf);
importReleaseCommand(program, sessionOf);
importUndoCommand(program, sessionOf);
reviewCommands(program, sessionOf);
queueCommands(program, sessionOf);
errorsCommand(program, sessionOf);
mappingsCommand(program, sessionOf);
readCommands(program, sessionOf);
parkedCommands(program, sessionOf);
mpiCommands(program, sessionOf);
rulesetCommands(program, sessionOf);
rebuildCommands(program, sessionOf);
dataFolderCommands(program, sessionOf);
migrateCommand(program, sessionOf);
verifyCommands(program, sessionOf);
sealCommands(program, sessionOf);
verifyReportCommand(program, sessionOf);

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  } else if (error instanceof Refused) {
    console.error(`${error.sentence.th}\n${error.sentence.en}\n(${error.code}, HTTP ${error.status})`);
    for (const { path, th, en } of error.wrong) console.error(`  ${path}: ${th} · ${en}`);
    process.exitCode = exitCodes.refused;
  } else if (isRefusal(error)) {
    console.error(`${error.sentence.th}\n${error.sentence.en}`);
    process.exitCode = exitCodes.refused;
  } else if (error instanceof NotReachable) {
    console.error(`ไม่มีระบบตอบที่ ${error.url} · nobody answers there. Start it with: npm start`);
    process.exitCode = exitCodes.notReachable;
  } else {
    console.error(error);
    process.exitCode = exitCodes.fault;
  }
});

/** What a store refuses, it says in a sentence for people. */
function isRefusal(error: unknown): error is StoreRefused & { readonly sentence: Sentence } {
  return error instanceof StoreRefused && 'sentence' in error;
}
