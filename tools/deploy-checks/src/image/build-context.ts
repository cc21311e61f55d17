import { cpSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../tree';

interface Pattern {
  readonly glob: RegExp;
  readonly takesBack: boolean;
}

function patterns(): readonly Pattern[] {
  return readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ glob: expressionOf(line.replace(/^!/, '')), takesBack: line.startsWith('!') }));
}

/** `**` followed by a slash is any folders or none, `*` is anything but a slash, a leading dot too. */
function expressionOf(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*/g, (found) => (found === '*' ? '[^/]*' : '(.*/)?'));
  return new RegExp(`^${source}$`);
}

/** Whether the builder is sent a path of the project: the last pattern of .dockerignore that fits it, or a folder above it, decides. */
export function isSent(path: string, given: readonly Pattern[] = patterns()): boolean {
  const parts = path.split('/');
  const itselfAndAbove = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  const last = given.filter(({ glob }) => itselfAndAbove.some((each) => glob.test(each))).at(-1);
  return last === undefined || last.takesBack;
}

/** Copies what the builder is sent of a file or folder of the project, as `COPY` does: a folder's content, not the folder. */
export function copyFromContext(path: string, target: string): void {
  const given = patterns();
  const source = join(root, path);
  const isFolder = statSync(source).isDirectory();
  if (!isFolder && !isSent(path, given)) throw new Error(`${path} is not sent to the builder (.dockerignore)`);
  cpSync(source, target, {
    recursive: true,
    filter: (from) => {
      const each = relative(root, from);
      return isFolder && statSync(from).isDirectory() ? each === path || isSent(each, given) : isSent(each, given);
    },
  });
}
