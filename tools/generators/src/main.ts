import { join } from 'node:path';
import { differencesOf, generate } from './generate';

const root = join(__dirname, '../../..');
if (process.argv.includes('--check')) {
  const differences = differencesOf(root);
  for (const path of differences) console.error(`not up to date: ${path}`);
  if (differences.length > 0) console.error('Run: npm run generate');
  process.exitCode = differences.length > 0 ? 1 : 0;
} else {
  generate(root);
}
