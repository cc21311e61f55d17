import { Readable } from 'node:stream';
import { importKinds, importParts, importRejected, releaseReasons, sourceSchema } from '@faemban/contracts';
import type { CommandContext } from '@faemban/event-sourcing';
import {
  decodeCursor,
  encodeCursor,
  pageQuery,
  PLATFORM,
  type Platform,
  Problem,
  Taken,
  zodBody,
  zodParams,
  zodQuery,
} from '@faemban/nest-kit';
import { Controller, Get, HttpCode, Inject, Post, Put, Req, Res } from '@nestjs/common';
import { z } from 'zod';
import { TOOLS } from '../process/tokens';
import type { Tools } from '../process/tools';
import { previewPage, type PreviewItem } from './import-preview.queries';
import { importForms, verdicts } from './import-record';
import { type ImportView, Imports } from './imports.service';

const openSchema = z.strictObject({
  kind: z.enum(importKinds),
  source: sourceSchema,
  round: z.number().int().min(2500).max(2700),
});
const importParams = z.strictObject({ importId: z.uuid() });
const fileParams = z.strictObject({ importId: z.uuid(), part: z.enum(importParts) });
const rejectionSchema = z.strictObject({ reason: importRejected.data.shape.reason.default('refused-by-operator') });
const releaseSchema = z.strictObject({ reason: z.enum(releaseReasons) });
const listQuery = z.strictObject({ ...pageQuery });
const previewQuery = z.strictObject({ ...pageQuery, verdict: z.enum(verdicts).optional() });
const placeSchema = z.number().int();
const problemPlaceSchema = z.tuple([z.string(), z.number().int()]);

interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

/** The body as Fastify hands it over: a stream for file types, parsed JSON for JSON, nothing for nothing. */
interface UploadRequest {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
interface Reply {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/** Imports: upload, validate, look, approve. Nothing an answer holds is personal. */
@Controller('imports')
export class ImportsController {
  constructor(
    @Inject(Imports) private readonly imports: Imports,
    @Inject(TOOLS) private readonly tools: Tools,
    @Inject(PLATFORM) private readonly platform: Platform,
  ) {}

  @Post()
  open(
    @zodBody(openSchema) wanted: z.infer<typeof openSchema>,
    @Taken() context: CommandContext,
  ): ImportView & { parts: readonly string[] } {
    return { ...this.imports.open(wanted, context, this.platform.ids.next()), parts: importForms[wanted.kind].parts };
  }

  @Put(':importId/files/:part')
  async receive(
    @zodParams(fileParams) { importId, part }: z.infer<typeof fileParams>,
    @Req() request: UploadRequest,
    @Res({ passthrough: true }) reply: Reply,
    @Taken() _context: CommandContext,
  ): Promise<{ part: string; sha256: string; bytes: number }> {
    if (!(request.body instanceof Readable)) throw fileExpected();
    try {
      return await this.imports.receive(importId, part, request.body, Number(request.headers['content-length'] ?? 0));
    } catch (error) {
      // What is left of a refused upload is not read: the connection ends with the answer.
      if (!request.body.readableEnded) reply.header('connection', 'close');
      throw error;
    }
  }

  @Post(':importId/validation')
  async validate(
    @zodParams(importParams) { importId }: z.infer<typeof importParams>,
    @Res({ passthrough: true }) reply: Reply,
    @Taken() context: CommandContext,
  ): Promise<ImportView> {
    const { view, repeats } = await this.imports.close(importId, context);
    reply.status(repeats ? 200 : 202);
    return view;
  }

  @Post(':importId/approval')
  @HttpCode(202)
  approve(
    @zodParams(importParams) { importId }: z.infer<typeof importParams>,
    @Taken() context: CommandContext,
  ): Promise<ImportView> {
    return this.imports.approve(importId, context);
  }

  @Post(':importId/restoration')
  @HttpCode(202)
  restore(
    @zodParams(importParams) { importId }: z.infer<typeof importParams>,
    @Taken() _context: CommandContext,
  ): Promise<ImportView> {
    return this.imports.restore(importId);
  }

  @Post(':importId/release')
  @HttpCode(200)
  release(
    @zodParams(importParams) { importId }: z.infer<typeof importParams>,
    @zodBody(releaseSchema) { reason }: z.infer<typeof releaseSchema>,
    @Taken() context: CommandContext,
  ): Promise<ImportView> {
    return this.imports.release(importId, reason, context);
  }

  @Post(':importId/rejection')
  @HttpCode(200)
  reject(
    @zodParams(importParams) { importId }: z.infer<typeof importParams>,
    @zodBody(rejectionSchema) { reason }: z.infer<typeof rejectionSchema>,
    @Taken() context: CommandContext,
  ): Promise<ImportView> {
    return this.imports.reject(importId, reason, context);
  }

  @Get()
  list(@zodQuery(listQuery) { after, limit }: z.infer<typeof listQuery>): PageOf<ImportView> {
    const before = after === undefined ? undefined : decodeCursor(placeSchema, after);
    const { items, last } = this.imports.page(before, limit);
    return last === undefined ? { items } : { items, next: encodeCursor(last) };
  }

  @Get(':importId')
  read(@zodParams(importParams) { importId }: z.infer<typeof importParams>): ImportView {
    return this.imports.view(importId);
  }

  @Get(':importId/errors')
  errors(
    @zodParams(importParams) { importId }: z.infer<typeof importParams>,
    @zodQuery(listQuery) { after, limit }: z.infer<typeof listQuery>,
  ): PageOf<object> {
    const record = this.imports.get(importId);
    const from: [string, number] = after === undefined ? ['', 0] : decodeCursor(problemPlaceSchema, after);
    const found = this.tools.findings.problems(record, from, limit);
    const last = found.at(-1);
    const items = found.map(({ n: _, ...problem }) => problem);
    return last && found.length === limit ? { items, next: encodeCursor([last.severity, last.n]) } : { items };
  }

  @Get(':importId/review')
  review(
    @zodParams(importParams) { importId }: z.infer<typeof importParams>,
    @zodQuery(listQuery) { after, limit }: z.infer<typeof listQuery>,
  ): PageOf<object> {
    const record = this.imports.get(importId);
    const found = this.tools.findings.reviews(
      record,
      after === undefined ? 0 : decodeCursor(placeSchema, after),
      limit,
    );
    const last = found.at(-1);
    const items = found.map(({ n: _, th, en, ...review }) => ({ ...review, sentence: { th, en } }));
    return last && found.length === limit ? { items, next: encodeCursor(last.n) } : { items };
  }

  @Get(':importId/preview')
  async preview(
    @zodParams(importParams) { importId }: z.infer<typeof importParams>,
    @zodQuery(previewQuery) { after, limit, verdict }: z.infer<typeof previewQuery>,
  ): Promise<PageOf<PreviewItem>> {
    const record = this.imports.get(importId);
    const from = after === undefined ? -1 : decodeCursor(placeSchema, after);
    if (['receiving', 'validating', 'recording'].includes(record.state)) throw notValidatedYet();
    const items = await previewPage(this.tools, record, { after: from, limit, ...(verdict ? { verdict } : {}) });
    const last = items.at(-1);
    return last && items.length === limit ? { items, next: encodeCursor(last.ord) } : { items };
  }
}

const fileExpected = (): Problem =>
  new Problem(415, 'file-expected', {
    th: 'เส้นทางนี้รับแฟ้ม ให้ส่งเป็น text/csv หรือ application/octet-stream',
    en: 'This path takes a file. Send it as text/csv or application/octet-stream.',
  });

const notValidatedYet = (): Problem =>
  new Problem(409, 'import-must-be-validated', {
    th: 'การนำเข้านี้ยังตรวจสอบไม่เสร็จ',
    en: 'This import is not validated yet.',
  });
