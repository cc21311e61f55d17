import tseslint from 'typescript-eslint';
import { dependenciesRule } from './tools/repo-checks/eslint/dependencies-rule.mjs';
import { pureFilesRule } from './tools/repo-checks/eslint/pure-files-rule.mjs';

const namedExportsOnly = {
  selector: 'ExportDefaultDeclaration',
  message: 'Named exports only.',
};
const noHiddenSkips = {
  selector:
    'MemberExpression[object.name=/^(describe|test|it)$/][property.name=/^(skip|only|todo)$/], CallExpression[callee.name=/^(xit|xtest|xdescribe|fit|fdescribe)$/]',
  message: 'A suite that cannot run uses describeWhere from @faemban/fixtures, which says what is missing.',
};
const environmentOnlyInMain = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'The environment is read in main.ts and handed on as configuration.',
};

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.tools/', '.nx/', 'docs/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    plugins: { faemban: { rules: { dependencies: dependenciesRule, 'no-clock-or-chance': pureFilesRule } } },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'faemban/dependencies': 'error',
      'faemban/no-clock-or-chance': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'off',
      'no-restricted-syntax': ['error', namedExportsOnly, noHiddenSkips],
      'prefer-const': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['libs/*/src/**/*.ts', 'services/*/src/**/*.ts'],
    ignores: ['**/main.ts', '**/*.spec.ts', 'libs/fixtures/**'],
    rules: { 'no-restricted-syntax': ['error', namedExportsOnly, noHiddenSkips, environmentOnlyInMain] },
  },
  {
    // The one place that may skip, because it says why.
    files: ['libs/fixtures/src/describe-where.ts'],
    rules: { 'no-restricted-syntax': ['error', namedExportsOnly] },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    extends: [tseslint.configs.recommended],
    rules: {
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^(_|\\$schema)' }],
    },
  },
);
