import { join } from 'node:path';
import { differencesOf, generate } from './generate';

async function main(root: string): Promise<void> {
  if (!process.argv.includes('--check')) return generate(root);
  const differences = await differencesOf(root);
  for (const path of differences) console.error(`not up to date: ${path}`);
  if (differences.length > 0) {
    console.error('Run: npm run generate');
    process.exitCode = 1;
  }
}

main(join(__dirname, '../../..')).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
