import { Command, CommanderError } from 'commander';
import { migrateCommand } from './migrate';

const variables = ['FAEMBAN_MONGODB_URL', 'FAEMBAN_MONGODB_URL_FILE', 'FAEMBAN_MONGODB_DATABASE_PREFIX'] as const;
const before = variables.map((name) => [name, process.env[name]] as const);
beforeEach(() => variables.forEach((name) => delete process.env[name]));
afterAll(() => before.forEach(([name, value]) => (value === undefined ? undefined : (process.env[name] = value))));

/** What the command says to arguments that it does not take, and its exit code. */
async function refusalOf(...args: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  let said = '';
  const program = new Command('faemban').exitOverride().configureOutput({ writeErr: (text) => (said += text) });
  migrateCommand(program, () => {
    throw new Error('nothing is begun');
  });
  program.commands.forEach((command) => command.exitOverride().configureOutput({ writeErr: (text) => (said += text) }));
  try {
    await program.parseAsync(['migrate', ...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return { code: error.exitCode, said };
    throw error;
  }
  throw new Error('it was taken');
}

test.each<[string, readonly string[], RegExp]>([
  ['no address', [], /name the server with FAEMBAN_MONGODB_URL/],
  ['an address of something else', ['--mongodb-url', 'http://u:s3cret@x'], /begins with mongodb:/],
  ['two addresses', ['--mongodb-url', 'mongodb://x', '--mongodb-url-file', 'y'], /exclude each other/],
  ['a file that is not there', ['--mongodb-url-file', '/nowhere/url'], /there is no file/],
  [
    'a prefix no database can have',
    ['--mongodb-url', 'mongodb://u:s3cret@x', '--database-prefix', 'A b'],
    /1 to 31 of/,
  ],
])('with %s it says what is possible, and never the address', async (_, args, sentence) => {
  const { code, said } = await refusalOf(...args);
  expect(code).toBe(2);
  expect(said).toMatch(sentence);
  expect(said).not.toContain('s3cret');
});

test.each(['maybe', ''])('an answer other than true and false (%j) is not taken', async (answer) => {
  const { code, said } = await refusalOf('--mongodb-url', 'mongodb://x', '--replaces-atomically', answer);
  expect(code).toBe(1);
  expect(said).toMatch(/Allowed choices are true, false/);
});
