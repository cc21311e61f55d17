'use strict';

const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const { $schema, ...swcOptions } = JSON.parse(readFileSync(join(__dirname, '.swcrc'), 'utf8'));

/** Every spec of the tree. Sources are compiled in memory, so no build is needed before a test. */
module.exports = {
  rootDir: __dirname,
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/tools'],
  testEnvironment: 'node',
  testMatch: ['**/src/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/(libs|services|tools)/[^/]+/dist/'],
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swcOptions, sourceMaps: 'inline', swcrc: false }] },
  transformIgnorePatterns: ['/node_modules/'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: {
    '^@faemban/([^/]+)$': ['<rootDir>/libs/$1/src', '<rootDir>/services/$1/src', '<rootDir>/tools/$1/src'],
    '^@faemban/([^/]+)/testing$': '<rootDir>/libs/$1/src/testing',
  },
  cacheDirectory: '<rootDir>/.tools/cache/jest',
  maxWorkers: 2,
  // Many start a server or fsync; on a busy machine that takes longer than the five seconds of Jest's own.
  testTimeout: 60_000,
};
