import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serversCacheFolder } from './cache-folder';
import { lackOf } from './programs';
import { lackToRun, madeFolder, makeRecipe, type Recipe } from './recipe';

const before = process.env['FAEMBAN_SERVERS_CACHE'];
let cache: string;
beforeEach(() => {
  cache = join(mkdtempSync(join(tmpdir(), 'faemban-cache-')), 'servers');
  process.env['FAEMBAN_SERVERS_CACHE'] = cache;
});
afterEach(() => {
  rmSync(join(cache, '..'), { recursive: true, force: true });
  if (before === undefined) delete process.env['FAEMBAN_SERVERS_CACHE'];
  else process.env['FAEMBAN_SERVERS_CACHE'] = before;
});

const node = { name: 'node', debianPackage: 'nodejs', version: { args: ['--version'], least: [18, 0] as const } };

function recipe(overrides: Partial<Recipe> = {}): Recipe & { readonly made: number } {
  let made = 0;
  return {
    name: 'a-server-1.0.0',
    ingredients: 'one',
    toRun: [node],
    toMake: [],
    async make(folder) {
      made += 1;
      await writeFile(join(folder, 'server'), '');
    },
    ...overrides,
    get made() {
      return made;
    },
  };
}

describe('making a server', () => {
  test('happens once, and again when it is made of something else', async () => {
    const one = recipe();
    const folder = await makeRecipe(one);
    expect(await makeRecipe(one)).toBe(folder);
    expect(one.made).toBe(1);
    expect(readdirSync(folder)).toEqual(['server']);
    expect(madeFolder(recipe({ ingredients: 'another' }))).toBeUndefined();
  });

  test('leaves nothing when it fails', async () => {
    const failing = recipe({ make: () => Promise.reject(new Error('no network')) });
    await expect(makeRecipe(failing)).rejects.toThrow('no network');
    expect(readdirSync(cache)).toEqual([]);
    expect(lackToRun(failing)).toContain('--install-servers');
  });

  test('by several at once ends in one folder', async () => {
    const folders = await Promise.all([recipe(), recipe(), recipe()].map(makeRecipe));
    expect(new Set(folders).size).toBe(1);
    expect(readdirSync(cache)).toHaveLength(1);
    expect(lackToRun(recipe())).toBeUndefined();
  });
});

describe('a program that is needed', () => {
  test('lacks nothing when its version will do', () => expect(lackOf(node)).toBeUndefined());

  test('lacks itself, or a newer version', () => {
    expect(lackOf({ ...node, name: 'no-such-program' })).toBe('no-such-program');
    const newer = { ...node, version: { args: ['--version'], least: [999, 0] as const } };
    expect(lackOf(newer)).toMatch(/^node 999\.0 or newer \(this is \d+\.\d+\)$/);
  });
});

test('the cache is where the variable says, or in the folder the user has for such things', () => {
  expect(serversCacheFolder({ FAEMBAN_SERVERS_CACHE: '/a/b' })).toBe('/a/b');
  expect(serversCacheFolder({ XDG_CACHE_HOME: '/cache' })).toBe(join('/cache', 'faemban', 'servers'));
  expect(serversCacheFolder({}, 'linux')).toMatch(/\.cache[/\\]faemban[/\\]servers$/);
});
