import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packagesOfTheTree, root, textOf } from './tree';

const packages = packagesOfTheTree();
const kinds = ['contracts', 'core', 'adapter', 'kit', 'process', 'service', 'host', 'console', 'fixtures', 'tool'];
const runtimes = ['any', 'node', 'browser'];

describe('every package', () => {
  test.each(packages)('$name has exactly one kind and one runtime', ({ nx }) => {
    const tags = nx?.tags ?? [];
    const valuesOf = (key: string) =>
      tags.filter((tag) => tag.startsWith(`${key}:`)).map((tag) => tag.slice(key.length + 1));
    expect(valuesOf('kind')).toHaveLength(1);
    expect(valuesOf('runtime')).toHaveLength(1);
    expect(kinds).toContain(valuesOf('kind')[0]);
    expect(runtimes).toContain(valuesOf('runtime')[0]);
    expect(tags).toHaveLength(2);
  });

  test.each(packages)('$name is named after its folder, private, licensed and described', (each) => {
    expect(each.name).toBe(`@faemban/${each.folder.split('/')[1]}`);
    expect(each).toMatchObject({ private: true, license: 'Apache-2.0', version: '0.1.0' });
    expect(each.description).toMatch(/\S.*\.$/);
  });

  test.each(packages)('$name pins what it depends on', ({ name, dependencies, devDependencies }) => {
    for (const [dependency, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect({ name, dependency, version }).toMatchObject({
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
      });
    }
  });

  test('of libs and services has a README', () => {
    const libsAndServices = packages.filter(({ folder }) => !folder.startsWith('tools/'));
    expect(
      libsAndServices.map(({ folder }) => `${folder}/README.md`).filter((path) => !existsSync(join(root, path))),
    ).toEqual([]);
  });
});

test('a dependency has one version in the whole tree', () => {
  const versions = new Map<string, Set<string>>();
  const own = JSON.parse(textOf('package.json')) as { devDependencies: Record<string, string> };
  for (const { dependencies, devDependencies } of [own, ...packages].map((each) => ({
    dependencies: {},
    devDependencies: {},
    ...each,
  }))) {
    for (const [name, version] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
      versions.set(name, (versions.get(name) ?? new Set()).add(version));
    }
  }
  expect([...versions].filter(([, found]) => found.size > 1)).toEqual([]);
});

test('the five contexts of the first release are there', () => {
  const names = packages.filter(({ nx }) => nx?.tags?.includes('kind:service')).map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(
      ['ingestion', 'identity-verification', 'mpi-scoring', 'case-management', 'reporting'].map(
        (name) => `@faemban/${name}`,
      ),
    ),
  );
});
