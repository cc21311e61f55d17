// The entry of every npm script: `node tools/bootstrap/run.mjs <command> [arguments]`.
// Needs nothing but Node ≥ 18 and npm; brings the rest, then runs the command with what it brought.
import './guard.mjs';
import { join } from 'node:path';
import { check } from './check.mjs';
import { faults } from './faults.mjs';
import { CannotGoOn, root, run, say } from './places.mjs';
import { prepare } from './prepare.mjs';
import { test } from './test.mjs';

const program =
  (file, options = {}) =>
  async (args) => {
    const { node, env } = await prepare();
    return run(node, [join(root, file), ...args], { env, ...options });
  };

const commands = {
  start: program('services/standalone/dist/main.js'),
  test,
  check,
  faults,
  cluster: program('tools/cluster/dist/main.js'),
  bench: program('tools/bench/dist/main.js'),
  acceptance: program('tools/acceptance/dist/main.js'),
  // Files named on its command line are looked up where the user stands.
  faemban: program('tools/cli/dist/main.js', { cwd: process.env.INIT_CWD ?? root }),
  generate: program('tools/generators/dist/main.js'),
  build: async () => {
    await prepare();
    return 0;
  },
  format: async (args) => {
    const { node, env } = await prepare({ build: false });
    const paths = args.length > 0 ? args : ['.'];
    return run(node, [join(root, 'node_modules/prettier/bin/prettier.cjs'), '--write', '--log-level=warn', ...paths], {
      env,
    });
  },
};

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  say(`There is no command '${name}'. There are: ${Object.keys(commands).join(', ')}.`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await command(args);
  } catch (problem) {
    if (!(problem instanceof CannotGoOn)) throw problem;
    say(problem.message);
    process.exitCode = 1;
  }
}
