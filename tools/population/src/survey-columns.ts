import { INDICATOR_COUNT } from './indicators';

/** The columns of the households' file, in order. */
export const HOUSEHOLD_COLUMNS = [
  'household_ref',
  'round',
  'village_id',
  'house_code',
  'house_no',
  'moo',
  'soi',
  'road',
  'interview_date',
  'income_main_baht',
  'income_secondary_baht',
  'income_other_baht',
  'income_own_produce_baht',
  'birth_weight_g_min',
  'drinking_water_l',
  'utility_water_l',
  ...Array.from({ length: INDICATOR_COUNT }, (_, i) => `ind${i + 1}`),
  'happiness',
] as const;

/** The columns of the members' file, in order. */
export const MEMBER_COLUMNS = [
  'household_ref',
  'member_no',
  'is_head',
  'title',
  'first_name',
  'last_name',
  'sex',
  'citizen_id',
  'birth_date',
  'relation',
  'health',
  'can_help_self',
] as const;

/** The columns of the welfare register, in order. */
export const REGISTER_COLUMNS = [
  'citizen_id',
  'title',
  'first_name',
  'last_name',
  'registered',
  'verified',
  'register_year',
] as const;

/** The files of a survey folder, by what they hold. */
export const SURVEY_FILES = { households: 'households.csv', members: 'members.csv', register: 'register.csv' } as const;

const NEEDS_QUOTES = /[",\r\n]/;

/** One line of a CSV file by RFC 4180, with its end. */
export function csvLine(cells: readonly string[]): string {
  if (!NEEDS_QUOTES.test(cells.join(' '))) return `${cells.join(',')}\n`;
  return `${cells.map((cell) => (NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;
}
