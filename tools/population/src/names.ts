import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { faker } from '@faker-js/faker/locale/th';

/** Thai names to draw from. */
export type NameLists = { family: readonly string[]; male: readonly string[]; female: readonly string[] };

const THAI_ONLY = /^[\u0e01-\u0e4e]+$/;
const FILES = { family: 'family_names_th.txt', male: 'male_names_th.txt', female: 'female_names_th.txt' } as const;

/** The names of faker's Thai locale. */
export function fakerNames(): NameLists {
  const { first_name: first, last_name: last } = faker.rawDefinitions.person ?? {};
  return {
    family: usable(last?.generic, 'family names of faker'),
    male: usable(first?.male, 'male names of faker'),
    female: usable(first?.female, 'female names of faker'),
  };
}

/**
 * The names of a folder with `family_names_th.txt`, `male_names_th.txt` and `female_names_th.txt`, one a line. Entries with
 * anything but Thai letters are left out.
 *
 * @throws Error where a file is missing or holds no name
 */
export function namesFrom(folder: string): NameLists {
  const read = (file: string): string[] =>
    usable(readFileSync(join(folder, file), 'utf8').split(/\r?\n/), join(folder, file));
  return { family: read(FILES.family), male: read(FILES.male), female: read(FILES.female) };
}

function usable(names: readonly string[] | undefined, where: string): string[] {
  const thai = [...new Set(names?.map((name) => name.trim()).filter((name) => THAI_ONLY.test(name)))];
  if (thai.length === 0) throw new Error(`there are no Thai names in ${where}`);
  return thai;
}
