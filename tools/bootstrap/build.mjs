// Compiles one package: src/**/*.ts to dist/**/*.js by swc, other files copied as they are, specs left out.
// Run by Nx in the package's folder; the whole output folder is replaced, so that nothing stale stays.
import { transformFile } from '@swc/core';
import { chmod, copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { $schema: _, ...options } = JSON.parse(await readFile(join(root, '.swcrc'), 'utf8'));
const src = join(process.cwd(), 'src');
const dist = join(process.cwd(), 'dist');

async function* filesOf(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesOf(path);
    else yield path;
  }
}

async function compile(file) {
  const target = join(dist, relative(src, file));
  await mkdir(dirname(target), { recursive: true });
  if (!file.endsWith('.ts')) return copyFile(file, target);
  const output = target.replace(/\.ts$/, '.js');
  const { code, map } = await transformFile(file, {
    ...options,
    swcrc: false,
    sourceFileName: relative(dirname(output), file),
  });
  const name = output.slice(dirname(output).length + 1);
  await writeFile(output, `${code}\n//# sourceMappingURL=${name}.map\n`);
  await writeFile(`${output}.map`, map);
  if (code.startsWith('#!')) await chmod(output, 0o755);
}

await rm(dist, { recursive: true, force: true });
let compiled = 0;
const running = [];
for await (const file of filesOf(src)) {
  if (/\.spec\.ts$|\.d\.ts$/.test(file)) continue;
  running.push(compile(file));
  compiled += 1;
}
await Promise.all(running);
console.log(`${compiled} files`);
