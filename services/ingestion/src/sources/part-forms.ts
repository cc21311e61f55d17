import type { ImportPart } from '@faemban/contracts';
import { householdColumns } from './bmn-household';
import { memberColumns } from './bmn-member';
import { fragileAliases, fragileColumns, fragileOptionalColumns } from './fragile-list';
import type { PartForm } from './header';
import { registerColumns } from './welfare-register';

/** The form of each part: its columns, which of them hold dates, and what a file may call or leave out. */
export const partForms: Readonly<Record<ImportPart, PartForm>> = {
  households: { columns: householdColumns, dates: ['interview_date'] },
  members: { columns: memberColumns, dates: ['birth_date'] },
  register: { columns: registerColumns, dates: [] },
  list: { columns: fragileColumns, dates: [], oneOf: fragileOptionalColumns, aliases: fragileAliases },
};
