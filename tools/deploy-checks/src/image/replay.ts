import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { copyFromContext } from './build-context';
import type { Stage } from './dockerfile';

/** Folders of the image that instructions name by their whole path. */
const foldersOfTheImage = ['app', 'built', 'data', 'keys'];

/** Fifteen minutes for one step: packages may come slowly. */
const stepMsMax = 900_000;

/**
 * Does in folders what a builder does in containers: each stage begins as its base was left, `COPY` copies, `RUN` runs with the Node that
 * runs us. Paths of the image mean the stage's own folder. What only says how to run the image is passed over.
 * @returns the folder of the last stage; its `app` is what the image has at /app
 * @throws Error with the step and its output where one fails
 */
export function replay(stages: readonly Stage[], scratch: string): string {
  const env: Record<string, string> = { ...(process.env as Record<string, string>) };
  for (const name of Object.keys(env)) if (/^(npm_|NX_|NODE_OPTIONS|CI$|JEST)/i.test(name)) delete env[name];
  env['PATH'] = `${dirname(process.execPath)}:${env['PATH'] ?? ''}`;
  const places = new Map<string, string>();
  let last = '';
  stages.forEach(({ base, name, instructions }, index) => {
    const place = join(scratch, name ?? `stage-${index}`);
    const within = (path: string): string =>
      foldersOfTheImage.reduce(
        (text, folder) => text.replace(new RegExp(`(^|[\\s'"])/${folder}\\b`, 'g'), `$1${place}/${folder}`),
        path,
      );
    mkdirSync(join(place, 'app'), { recursive: true });
    const before = places.get(base);
    if (before !== undefined) cpSync(before, place, { recursive: true, verbatimSymlinks: true });
    const stageEnv = { ...env };
    for (const { word, rest } of instructions) {
      if (word === 'ENV') {
        for (const [, key = '', value = ''] of rest.matchAll(/([A-Z_]+)=(\S+)/g)) stageEnv[key] = value;
      } else if (word === 'COPY') {
        copy(rest, { place, places, within });
      } else if (word === 'RUN') {
        const { status, stdout, stderr } = spawnSync('sh', ['-c', within(rest)], {
          cwd: join(place, 'app'),
          env: stageEnv,
          encoding: 'utf8',
          timeout: stepMsMax,
        });
        if (status !== 0) throw new Error(`RUN ${rest} ended with ${status}:\n${stdout}${stderr}`.slice(0, 6_000));
      }
    }
    if (name !== undefined) places.set(name, place);
    last = place;
  });
  return last;
}

function copy(
  rest: string,
  stage: { place: string; places: ReadonlyMap<string, string>; within: (path: string) => string },
): void {
  const flags = rest.split(/\s+/).filter((word) => word.startsWith('--'));
  const words = rest.split(/\s+/).filter((word) => !word.startsWith('--'));
  const flag = (name: string) => flags.find((each) => each.startsWith(name))?.slice(name.length);
  const from = flag('--from=');
  const mode = flag('--chmod=');
  const target = words.pop() ?? '.';
  const place = join(stage.place, 'app', target);
  for (const source of words) {
    if (from !== undefined) {
      const other = join(stage.places.get(from) ?? '', source);
      for (const entry of readdirSync(other)) {
        cpSync(join(other, entry), join(place, entry), { recursive: true, verbatimSymlinks: true });
      }
    } else {
      // A target that ends with a slash is a folder for what is copied.
      const to = target.endsWith('/') ? join(place, source.split('/').at(-1) ?? '') : place;
      copyFromContext(source, to);
      if (mode !== undefined) chmodSync(to, Number.parseInt(mode, 8));
    }
  }
}
