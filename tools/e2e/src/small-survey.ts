import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateFromFigures } from '@faemban/population';

/** A small district's survey files made from figures that ship with the product, and a folder for data. */
export interface SmallSurvey {
  readonly households: string;
  readonly members: string;
  readonly register: string;
  readonly dataDir: string;
  remove(): void;
}

/** Makes the survey of a district with 4,364 households (Ko Pha-ngan) in a new temporary folder. */
export async function makeSmallSurvey(): Promise<SmallSurvey> {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-e2e-'));
  await generateFromFigures({ district: '8405', out: folder, seed: 8405 });
  return {
    households: join(folder, 'households.csv'),
    members: join(folder, 'members.csv'),
    register: join(folder, 'register.csv'),
    dataDir: join(folder, 'data'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
