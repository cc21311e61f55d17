// ESLint rule `faemban/no-clock-or-chance`: time and random are arguments wherever something is decided.
import { posix } from 'node:path';
import { composingFiles, pureSuffixes } from './dependency-table.mjs';
import { pathInTree, readProjects } from './projects.mjs';

const projects = readProjects();

function decides(path) {
  const project = projects.find(({ folder }) => path.startsWith(`${folder}/`));
  if (project === undefined || path.includes('/testing/') || path.endsWith('.spec.ts')) return false;
  if (project.runtimes[0] === 'any') return true;
  const name = posix.basename(path);
  const suffix = name.replace(/\.ts$/, '').split('.').slice(1).join('.');
  return project.kinds[0] === 'service' && pureSuffixes.includes(suffix) && !composingFiles.includes(name);
}

export const pureFilesRule = {
  meta: { type: 'problem', schema: [], messages: { impure: '{{what}} is an argument here: this file decides.' } },
  create(context) {
    if (!decides(pathInTree(context.filename))) return {};
    const report = (what) => (node) => context.report({ node, messageId: 'impure', data: { what } });
    return {
      "MemberExpression[object.name='Date'][property.name='now']": report('The time'),
      "MemberExpression[object.name='performance']": report('The time'),
      "NewExpression[callee.name='Date'][arguments.length=0]": report('The time'),
      "MemberExpression[object.name='Math'][property.name='random']": report('A random number'),
      "MemberExpression[object.name='crypto'][property.name=/^random/]": report('A random number'),
    };
  },
};
