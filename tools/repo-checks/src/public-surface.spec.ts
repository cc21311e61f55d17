import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { packagesOfTheTree, root, textOf } from './tree';

const packages = packagesOfTheTree();
const libraries = packages.filter(({ folder }) => folder.startsWith('libs/'));

function entryPoints(folder: string): string[] {
  return ['src/index.ts', 'src/testing/index.ts']
    .map((file) => `${folder}/${file}`)
    .filter((path) => existsSync(join(root, path)));
}

test.each(packages)('$name lists its exports one by one', ({ folder }) => {
  const indexes = entryPoints(folder);
  expect(indexes).not.toEqual([]);
  for (const index of indexes) expect(textOf(index)).not.toMatch(/export \*|export default/);
});

describe('every export of a library has a doc block', () => {
  const configFile = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(configFile.config, ts.sys, root);
  const indexes = libraries.flatMap(({ folder }) => entryPoints(folder)).map((path) => join(root, path));
  const program = ts.createProgram(indexes, {
    ...options,
    noEmit: true,
    incremental: false,
    tsBuildInfoFile: undefined,
  });
  const checker = program.getTypeChecker();

  /** A doc block may stand before any declaration of the name: an overload, or the type beside a value. */
  function isDocumented(symbol: ts.Symbol): boolean {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (target.declarations?.some(isEventDefinition)) return true;
    return target.getDocumentationComment(checker).length > 0 || target.getJsDocTags(checker).length > 0;
  }

  /** An event says what it means in its own definition, from where the catalogue takes it. */
  function isEventDefinition(declaration: ts.Declaration): boolean {
    const value = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
    return value !== undefined && ts.isCallExpression(value) && value.expression.getText() === 'defineEvent';
  }

  test.each(libraries)('$name', ({ folder }) => {
    const undocumented = entryPoints(folder).flatMap((path) => {
      const source = program.getSourceFile(join(root, path));
      const surface = source && checker.getSymbolAtLocation(source);
      return surface ? checker.getExportsOfModule(surface).filter((symbol) => !isDocumented(symbol)) : [];
    });
    expect(undocumented.map(({ name }) => name)).toEqual([]);
  });
});
