// ESLint rule `faemban/dependencies`: imports obey the dependency table.
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import {
  adapterSuffixes,
  composingFiles,
  dependencyTable,
  pureSuffixes,
  testTools,
  worldly,
} from './dependency-table.mjs';
import { pathInTree, readProjects } from './projects.mjs';

const projects = readProjects();
const byName = new Map(projects.map((project) => [project.name, project]));
const matches = (patterns, source) => patterns.some((pattern) => pattern.test(source));

/** What the name and place of a file say about it. */
function describeFile(path) {
  const project = projects.find(({ folder }) => path.startsWith(`${folder}/`));
  if (project === undefined) return undefined;
  const name = posix.basename(path);
  const suffix = suffixOf(name);
  const isSpec = /\.spec\.ts$/.test(name);
  return {
    path,
    project,
    kind: project.kinds[0],
    name,
    suffix,
    isTest: isSpec || path.includes('/testing/'),
    isPure:
      project.kinds[0] === 'service' && !isSpec && pureSuffixes.includes(suffix) && !composingFiles.includes(name),
  };
}

function suffixOf(name) {
  return name.replace(/\.ts$/, '').split('.').slice(1).join('.');
}

/** @returns the reason why this import is refused, or `undefined` */
function refusalOf(file, source, isTypeOnly) {
  if (source.startsWith('.')) return refusalOfRelative(file, source, isTypeOnly);
  if (source.startsWith('@faemban/')) return refusalOfOurs(file, source);
  return refusalOfOthers(file, source);
}

function refusalOfRelative(file, source, isTypeOnly) {
  const target = posix.join(posix.dirname(file.path), source);
  if (!target.startsWith(`${file.project.folder}/`) && target !== file.project.folder) {
    return 'a package is imported by its name, not by a path out of this one';
  }
  if (!file.isPure || isTypeOnly) return undefined;
  const suffix = suffixOf(posix.basename(target));
  return pureSuffixes.includes(suffix) ? undefined : `a file that decides may not import a '.${suffix}' file`;
}

function refusalOfOurs(file, source) {
  const [scope, short, ...rest] = source.split('/');
  const target = byName.get(`${scope}/${short}`);
  if (target === undefined) return 'there is no such package';
  const subpath = rest.join('/');
  if (subpath !== '' && subpath !== 'testing') return "only a package's index or 'testing' is public";
  const mayTest = file.isTest || ['fixtures', 'tool'].includes(file.kind);
  if (subpath === 'testing' && !mayTest) return "'testing' is for specs, fixtures and tools";

  const { kinds, inSpecs } = dependencyTable[file.kind];
  const targetKind = target.kinds[0];
  const allowed = kinds.includes(targetKind) || (file.isTest && inSpecs.includes(targetKind));
  if (!allowed) return `kind:${file.kind} may not import kind:${targetKind}`;
  if (file.project.runtimes[0] === 'any' && target.runtimes[0] !== 'any' && !file.isTest) {
    return `runtime:any may not import runtime:${target.runtimes[0]}`;
  }
  if (file.kind === 'console' && target.runtimes[0] !== 'any') return 'a console may import only runtime:any';
  if (file.isPure && targetKind !== 'contracts' && targetKind !== 'core') {
    return `a file that decides may not import kind:${targetKind}`;
  }
  const namesAdapters = composingFiles.includes(file.name) || adapterSuffixes.includes(file.suffix) || file.isTest;
  if (file.kind === 'service' && ['adapter', 'process'].includes(targetKind) && !namesAdapters) {
    return 'an adapter or a process is named only in a module, a store, index.ts or main.ts';
  }
  if (!file.isTest && target !== file.project && !file.project.declared.has(target.name)) {
    return `the package.json of ${file.project.name} does not list it`;
  }
  return undefined;
}

function refusalOfOthers(file, source) {
  const { only, never = [] } = dependencyTable[file.kind];
  if (isBuiltin(source)) {
    if (!source.startsWith('node:')) return `write 'node:${source}'`;
    if (file.project.runtimes[0] === 'any' && !file.isTest) return 'runtime:any has no node: modules';
    return file.isPure ? 'a file that decides may not import node: modules' : undefined;
  }
  if (file.isTest) return undefined;
  if (matches(testTools, source)) return 'test tools are for specs and testing/';
  if (file.kind === 'fixtures' && matches(never, source)) return `kind:fixtures may not import it`;
  if ((only !== undefined && !matches(only, source)) || matches(never, source)) {
    return `kind:${file.kind} may not import it`;
  }
  if (file.isPure && matches(worldly, source)) return 'a file that decides may not touch the world';
  const name = source.split('/', source.startsWith('@') ? 2 : 1).join('/');
  return file.project.declared.has(name) ? undefined : `the package.json of ${file.project.name} does not list ${name}`;
}

export const dependenciesRule = {
  meta: { type: 'problem', schema: [], messages: { refused: "'{{source}}': {{reason}}." } },
  create(context) {
    const file = describeFile(pathInTree(context.filename));
    if (file === undefined || dependencyTable[file.kind] === undefined) return {};
    const look = (node, isTypeOnly = false) => {
      if (node?.type !== 'Literal' || typeof node.value !== 'string') return;
      const reason = refusalOf(file, node.value, isTypeOnly);
      if (reason !== undefined) context.report({ node, messageId: 'refused', data: { source: node.value, reason } });
    };
    return {
      ImportDeclaration: ({ source, importKind }) => look(source, importKind === 'type'),
      ExportNamedDeclaration: ({ source, exportKind }) => look(source, exportKind === 'type'),
      ExportAllDeclaration: ({ source }) => look(source),
      ImportExpression: ({ source }) => look(source),
      "CallExpression[callee.name='require']": (node) => look(node.arguments[0]),
    };
  },
};
