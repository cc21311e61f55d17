import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { HOUSEHOLD_COLUMNS, MEMBER_COLUMNS, REGISTER_COLUMNS, SURVEY_FILES, csvLine } from './survey-columns';

const FLUSH_CHARACTERS = 1_000_000;

/** Text files that grow piece by piece; only about a megabyte of each waits in memory. */
export class GrowingFile {
  private waiting = '';

  private constructor(private readonly handle: FileHandle) {}

  /** Creates the file anew, with its header line. */
  static async create(path: string, columns: readonly string[]): Promise<GrowingFile> {
    const file = new GrowingFile(await open(path, 'w'));
    file.waiting = csvLine(columns);
    return file;
  }

  async add(text: string): Promise<void> {
    this.waiting += text;
    if (this.waiting.length >= FLUSH_CHARACTERS) await this.flush();
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.handle.close();
    }
  }

  private async flush(): Promise<void> {
    const text = this.waiting;
    this.waiting = '';
    await this.handle.writeFile(text);
  }
}

/** The three files of a survey, open for writing. */
export type SurveyFiles = { [part in keyof typeof SURVEY_FILES]: GrowingFile };

/** Creates a folder with the three files, and closes them after `write` whatever happens. */
export async function withSurveyFiles<T>(folder: string, write: (files: SurveyFiles) => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  const files: SurveyFiles = {
    households: await GrowingFile.create(join(folder, SURVEY_FILES.households), HOUSEHOLD_COLUMNS),
    members: await GrowingFile.create(join(folder, SURVEY_FILES.members), MEMBER_COLUMNS),
    register: await GrowingFile.create(join(folder, SURVEY_FILES.register), REGISTER_COLUMNS),
  };
  try {
    return await write(files);
  } finally {
    await Promise.all(Object.values(files).map((file) => file.close()));
  }
}
