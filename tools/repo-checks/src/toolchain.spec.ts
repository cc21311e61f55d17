import { spawnSync } from 'node:child_process';
import { loadModule } from './plain-module';
import { root } from './tree';

interface ToolCheck {
  name: string;
  file: string;
  args: string[];
}

const minutes = 60_000;

/** One after another: each of them takes a core by itself. */
describe('the whole tree passes', () => {
  let toolChecks: ToolCheck[] = [];
  beforeAll(async () => {
    ({ toolChecks } = await loadModule<{ toolChecks: ToolCheck[] }>('tools/bootstrap/check.mjs'));
  });

  test.each(['format', 'lint', 'types', 'generated files'])(
    '%s',
    (wanted) => {
      const check = toolChecks.find(({ name }) => name === wanted);
      if (check === undefined) throw new Error(`tools/bootstrap/check.mjs has no check named '${wanted}'`);
      const { status, stdout, stderr } = spawnSync(process.execPath, [check.file, ...check.args], {
        cwd: root,
        encoding: 'utf8',
      });
      expect({ status, output: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({ status: 0, output: '' });
    },
    5 * minutes,
  );
});
