import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contextNames } from '@faemban/contracts';
import { isPlainPath, operationsPaths, ownerOf, serviceNames, serviceRoutes } from './routes';

const documented = Object.keys(
  (
    JSON.parse(readFileSync(join(__dirname, '../../../docs/reference/openapi.json'), 'utf8')) as {
      paths: Record<string, object>;
    }
  ).paths,
);

/** Whether a documented path is the table's path or below it. Parameters have the same place, not the same name. */
function isUnder(path: string, prefix: string): boolean {
  const [inPath, inPrefix] = [path.split('/'), prefix.split('/')];
  return inPrefix.every((segment, index) => {
    const other = inPath[index] ?? '';
    return segment.startsWith(':') ? other.startsWith('{') : segment === other;
  });
}

/** What the table says of a path: the service of the most exact entry. */
function serviceOf(path: string): string | undefined {
  return serviceRoutes
    .filter(([prefix]) => isUnder(path, prefix))
    .sort(([one], [other]) => other.split('/').length - one.split('/').length)[0]?.[1];
}

describe('the table of routes', () => {
  test('has every documented path, in one half and not in the other', () => {
    expect(documented.length).toBeGreaterThan(50);
    const places = documented.map((path) => ({
      path,
      isOperation: operationsPaths.some((prefix) => isUnder(path, prefix)),
      service: serviceOf(path),
    }));
    expect(places.filter(({ isOperation, service }) => isOperation === (service !== undefined))).toEqual([]);
  });

  test('has no entry that leads nowhere', () => {
    const leading = (prefix: string) => documented.some((path) => isUnder(path, prefix));
    expect(serviceRoutes.filter(([prefix]) => !leading(prefix))).toEqual([]);
    expect(operationsPaths.filter((prefix) => !leading(prefix))).toEqual(['/docs']);
  });

  test('has nothing that is for processes among themselves', () => {
    for (const path of ['/log/ingestion/heads', '/vault/persons', '/vault/lookups']) {
      expect(serviceOf(path)).toBeUndefined();
      expect(operationsPaths.some((prefix) => isUnder(path, prefix))).toBe(false);
    }
  });
});

test('every context of a service is its own; others are of nobody yet', () => {
  expect(contextNames.filter((context) => ownerOf(context) === undefined)).toEqual(['case-management']);
  expect(serviceNames.map((service) => ownerOf(service))).toEqual(serviceNames);
});

test.each([
  '/imports/../vault/persons',
  '/imports/..',
  '/imports/./x',
  '/imports/%2e%2e/vault/persons',
  '/imports/%2E./vault/persons',
  '/imports/.%2e?x=1',
  '/imports\\..\\vault',
  'http://elsewhere/imports',
  '',
])('%s is read in two ways, and not at all', (url) => {
  expect(isPlainPath(url)).toBe(false);
});

test.each(['/imports', '/imports/a.b/c..d', '/tpmap/report-%E0%B8%81.csv?path=../x', '/households/..x/score'])(
  '%s is a plain path',
  (url) => {
    expect(isPlainPath(url)).toBe(true);
  },
);
