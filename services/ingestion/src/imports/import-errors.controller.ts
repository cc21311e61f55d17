import { Readable } from 'node:stream';
import { zodParams } from '@faemban/nest-kit';
import { Controller, Get, Inject, StreamableFile } from '@nestjs/common';
import { z } from 'zod';
import { TOOLS } from '../process/tokens';
import type { Tools } from '../process/tools';
import { errorsCsvLines } from './import-errors.queries';
import { Imports } from './imports.service';

const importParams = z.strictObject({ importId: z.uuid() });

/** What is wrong with an import's rows, as a file for whoever mends them. It says where and why, never what a cell holds. */
@Controller('imports')
export class ImportErrorsController {
  constructor(
    @Inject(Imports) private readonly imports: Imports,
    @Inject(TOOLS) private readonly tools: Tools,
  ) {}

  @Get(':importId/errors.csv')
  errorsFile(@zodParams(importParams) { importId }: z.infer<typeof importParams>): StreamableFile {
    const record = this.imports.get(importId);
    return new StreamableFile(Readable.from(errorsCsvLines(this.tools.findings, record), { objectMode: false }), {
      type: 'text/csv; charset=utf-8',
      disposition: `attachment; filename="errors-${importId}.csv"`,
    });
  }
}
