import { importKinds, importParts, sourceSchema } from '@faemban/contracts';
import type { CommandContext } from '@faemban/event-sourcing';
import { Problem, Taken, zodBody, zodParams } from '@faemban/nest-kit';
import { Controller, Get, Inject, Put } from '@nestjs/common';
import { z } from 'zod';
import { TOOLS } from '../process/tokens';
import type { Tools } from '../process/tools';
import { faultsOfMapping } from '../sources/column-mapping';
import { partForms } from '../sources/part-forms';
import { importForms } from './import-record';
import { type ImportMapping, importMapping } from './import-mapping.queries';
import { type ColumnFault, columnFaults } from './mapping-problems';
import { type ImportView, Imports } from './imports.service';
import type { RememberedMapping } from './mappings.store';

/** Longest name of a column or sheet that a mapping may hold, in characters. */
export const mappedNameCharactersMax = 80;
/** Longest value that all rows have, in characters. */
export const constantCharactersMax = 20;

/** A run of digits as long as this is no name of a column: it is somebody's number. */
const longNumber = /\p{Nd}{6,}/u;
const nameSchema = z
  .string()
  .min(1)
  .max(mappedNameCharactersMax)
  .refine((name) => !longNumber.test(name), { message: 'a name of a column has no long number in it' });
const valueSchema = z.string().regex(new RegExp(`^[A-Za-z0-9./-]{0,${constantCharactersMax}}$`));
const mappingSchema = z.strictObject({
  columns: z.record(z.string().max(40), z.union([nameSchema, z.strictObject({ value: valueSchema })])),
  others: z.enum(['refused', 'ignored']).default('refused'),
  sheet: nameSchema.optional(),
});
const mappingParams = z.strictObject({ source: sourceSchema, kind: z.enum(importKinds), part: z.enum(importParts) });
const importParams = z.strictObject({ importId: z.uuid() });
const chosenSchema = z.strictObject({ mapping: z.string().regex(/^[a-z0-9-]{1,80}\/v\d{1,9}$/) });

/** How files of a source are read whose columns are not named as the form has them. Mappings hold names of columns, never cells. */
@Controller()
export class MappingsController {
  constructor(
    @Inject(Imports) private readonly imports: Imports,
    @Inject(TOOLS) private readonly tools: Tools,
  ) {}

  @Get('import-mappings')
  list(): { readonly items: readonly RememberedMapping[] } {
    return { items: this.tools.columnMappings.all() };
  }

  @Put('import-mappings/:source/:kind/:part')
  put(
    @zodParams(mappingParams) { source, kind, part }: z.infer<typeof mappingParams>,
    @zodBody(mappingSchema) { columns, others, sheet }: z.infer<typeof mappingSchema>,
    @Taken() { actor, occurredAt }: CommandContext,
  ): RememberedMapping {
    if (!importForms[kind].parts.includes(part)) throw noSuchPartOfKind(importForms[kind].parts);
    const mapping = { columns, others, ...(sheet === undefined ? {} : { sheet }) };
    const faults = faultsOfMapping(partForms[part], mapping);
    if (faults.length > 0) throw mappingInvalid(columnFaults(faults));
    return this.tools.columnMappings.put({ source, kind, part }, mapping, actor.accountId, occurredAt);
  }

  @Get('imports/:importId/mapping')
  read(@zodParams(importParams) { importId }: z.infer<typeof importParams>): Promise<ImportMapping> {
    return importMapping(this.tools, this.imports.get(importId));
  }

  /** By which mapping an import is read, as long as its upload is open. */
  @Put('imports/:importId/mapping')
  choose(
    @zodParams(importParams) { importId }: z.infer<typeof importParams>,
    @zodBody(chosenSchema) { mapping }: z.infer<typeof chosenSchema>,
    @Taken() _context: CommandContext,
  ): ImportView {
    const record = this.imports.get(importId);
    if (record.state !== 'receiving') throw uploadMustBeOpen();
    const isKnown = mapping === importForms[record.kind].mapping || this.tools.columnMappings.has(record, mapping);
    if (!isKnown)
      throw mappingUnknown(this.tools.columnMappings.newestName(record) ?? importForms[record.kind].mapping);
    this.tools.imports.change(record, { mapping });
    return this.imports.view(importId);
  }
}

const noSuchPartOfKind = (parts: readonly string[]): Problem =>
  new Problem(404, 'part-unknown', {
    th: `การนำเข้าชนิดนี้มีแฟ้ม: ${parts.join(', ')}`,
    en: `An import of this kind has the parts ${parts.join(', ')}.`,
  });

const mappingInvalid = (errors: readonly ColumnFault[]): Problem =>
  new Problem(
    400,
    'mapping-invalid',
    {
      th: `การจับคู่คอลัมน์ใช้ไม่ได้ ${errors.length} จุด ดูคอลัมน์และเหตุผลใน errors ไม่มีอะไรถูกจำไว้`,
      en: `${errors.length} things are wrong with the mapping. See \`errors\` for which columns and why; nothing was remembered.`,
    },
    { errors },
  );

const mappingUnknown = (newest: string): Problem =>
  new Problem(409, 'mapping-unknown', {
    th: `แหล่งนี้ไม่มีการจับคู่ชื่อนี้ ที่ใช้ได้ล่าสุดคือ ${newest}`,
    en: `This source has no mapping of that name. The newest that can be used is ${newest}.`,
  });

const uploadMustBeOpen = (): Problem =>
  new Problem(409, 'upload-must-be-open', {
    th: 'การนำเข้านี้ปิดรับแฟ้มแล้ว จึงเปลี่ยนวิธีอ่านไม่ได้ ให้เริ่มการนำเข้าใหม่',
    en: 'This import has taken its files already, so how they are read cannot change. Start a new import.',
  });
