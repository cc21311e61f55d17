import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateFromFigures } from '@faemban/population';

/** The files of a survey. */
export interface SurveyFiles {
  readonly households: string;
  readonly members: string;
}

/** A small district's survey files made from figures that ship with the product, and a folder for data. */
export interface SmallSurvey extends SurveyFiles {
  readonly register: string;
  readonly dataDir: string;
  /** The first households and their members alone. */
  first(households: number): SurveyFiles;
  /** The first households, each with some more income than the survey says, in baht: every one of them a correction. */
  firstRevised(households: number, moreBaht: number): SurveyFiles;
  remove(): void;
}

/** Makes the survey of a district with 4,364 households (Ko Pha-ngan) in a new temporary folder. */
export async function makeSmallSurvey(): Promise<SmallSurvey> {
  const folder = mkdtempSync(join(tmpdir(), 'faemban-e2e-'));
  await generateFromFigures({ district: '8405', out: folder, seed: 8405 });
  return {
    ...filesIn(folder),
    register: join(folder, 'register.csv'),
    dataDir: join(folder, 'data'),
    first: (households) => cut(folder, join(folder, `first-${households}`), households),
    firstRevised: (households, moreBaht) => {
      const files = cut(folder, join(folder, `revised-${households}-${moreBaht}`), households);
      const [header = '', ...rows] = readFileSync(files.households, 'utf8').split('\n').slice(0, -1);
      const income = header.split(',').indexOf('income_main_baht');
      const revised = rows.map((row) => {
        const cells = row.split(',');
        return cells.map((cell, at) => (at === income ? String(Number(cell) + moreBaht) : cell)).join(',');
      });
      writeFileSync(files.households, `${[header, ...revised].join('\n')}\n`);
      return files;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const filesIn = (folder: string): SurveyFiles => ({
  households: join(folder, 'households.csv'),
  members: join(folder, 'members.csv'),
});

function cut(from: string, to: string, count: number): SurveyFiles {
  mkdirSync(to, { recursive: true });
  const [header = '', ...rows] = readFileSync(join(from, 'households.csv'), 'utf8').split('\n');
  const kept = rows.slice(0, count);
  const references = new Set(kept.map((row) => row.split(',')[0]));
  const [memberHeader = '', ...members] = readFileSync(join(from, 'members.csv'), 'utf8').split('\n');
  const theirs = members.filter((row) => references.has(row.split(',')[0]));
  const files = filesIn(to);
  writeFileSync(files.households, `${[header, ...kept].join('\n')}\n`);
  writeFileSync(files.members, `${[memberHeader, ...theirs].join('\n')}\n`);
  return files;
}
