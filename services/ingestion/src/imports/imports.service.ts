import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { ImportKind, ImportPart, ReleaseReason } from '@faemban/contracts';
import { type CommandContext, CommandIdReused, type Sentence } from '@faemban/event-sourcing';
import { Problem } from '@faemban/nest-kit';
import { sealUpload, UploadBrokenOff, UploadDiffers, UploadTooLarge } from '../files/upload.file';
import type { ImportJobs } from '../process/jobs.service';
import type { Progress, Tools } from '../process/tools';
import { findFormOfRound } from '../sources/bmn-survey';
import { heldSentence, type RowRepeats } from './import-hold.decisions';
import type { RejectImport } from './import.decisions';
import { lostBecause } from './lost-imports';
import { type ImportDone, type ImportFile, importForms, type ImportFound, type ImportRecord } from './import-record';

/** An import as callers see it. */
export interface ImportView {
  readonly importId: string;
  readonly kind: ImportKind;
  readonly source: string;
  readonly round: number;
  /** By which mapping its files are read. */
  readonly mapping: string;
  readonly state: Exclude<ImportRecord['state'], 'recording'>;
  readonly createdAt: string;
  readonly endedAt: string | null;
  readonly files: readonly ImportFile[];
  readonly progress?: Progress;
  readonly rows?: number;
  readonly households?: number;
  readonly persons?: number;
  readonly errors?: number;
  readonly warnings?: number;
  readonly preview?: ImportFound['preview'];
  readonly toReview?: number;
  readonly applied?: ImportDone;
  /** Rows that bring nothing new. */
  readonly repeats?: RowRepeats;
  /** Why it stopped by itself, and what is possible. */
  readonly heldBecause?: Sentence;
  /** Why it asks for its files again. */
  readonly lostBecause?: Sentence;
  /** The earlier import of the same files, which this one gave way to. */
  readonly sameAs?: string;
}

/** What operators do with imports, in front of the decider and the jobs. */
export class Imports {
  private readonly uploading = new Set<string>();

  constructor(
    private readonly tools: Tools,
    private readonly jobs: ImportJobs,
    private readonly limits: { readonly uploadBytesMax: number },
  ) {}

  /** Opens an import. The same command again answers the same import. */
  open(
    wanted: { readonly kind: ImportKind; readonly source: string; readonly round: number },
    { commandId, occurredAt }: CommandContext,
    importId: string,
  ): ImportView {
    const { kind, source, round } = wanted;
    if (kind === 'bmn-survey' && findFormOfRound(round) === undefined) throw noForm(round);
    const known = this.tools.imports.findByCommand(commandId);
    if (known) {
      if (known.kind !== kind || known.source !== source || known.round !== round) throw new CommandIdReused(commandId);
      return this.viewOf(known);
    }
    const [first] = this.tools.restorations.awaited();
    if (first !== undefined && kind === 'bmn-survey') throw restorationAwaited(first);
    const { mapping } = importForms[kind];
    this.tools.files.open(importId);
    return this.viewOf(
      this.tools.imports.create({ importId, commandId, kind, source, round, mapping, createdAt: occurredAt }),
    );
  }

  /** Takes one file. Sent again, it replaces the one before, as long as the upload is open. */
  async receive(importId: string, part: ImportPart, body: Readable, announcedBytes: number): Promise<ImportFile> {
    const record = this.get(importId);
    if (!importForms[record.kind].parts.includes(part)) throw noSuchPart(importForms[record.kind].parts);
    if (record.state !== 'receiving' && record.state !== 'lost') throw uploadClosed();
    const [first] = this.tools.restorations.awaited();
    if (first !== undefined && first.no !== record.no && this.tools.restorations.isAwaited(record))
      throw earlierFirst(first);
    if (announcedBytes > this.limits.uploadBytesMax) throw tooLarge(this.limits.uploadBytesMax);
    const busy = `${importId}/${part}`;
    if (this.uploading.has(busy)) throw uploadUnderWay();
    this.uploading.add(busy);
    try {
      const { files, imports } = this.tools;
      files.open(importId);
      const sealed = await sealUpload(body, {
        path: files.pathOf(importId, part),
        keyOf: files.keyOf(importId),
        bytesMax: this.limits.uploadBytesMax,
        sha256: record.state === 'lost' ? this.fileOf(record, part)?.sha256 : undefined,
      });
      const file: ImportFile = { part, ...sealed };
      if (record.state === 'receiving') imports.putFile(record, file);
      return file;
    } catch (error) {
      if (error instanceof UploadTooLarge) throw tooLarge(error.bytesMax);
      if (error instanceof UploadDiffers) throw otherFile(error.expected);
      if (error instanceof UploadBrokenOff) throw brokenOff(error);
      throw error;
    } finally {
      this.uploading.delete(busy);
    }
  }

  /** Closes the upload. Files that were imported before, for the same round and read the same way, add nothing: the earlier import answers. */
  async close(
    importId: string,
    context: CommandContext,
  ): Promise<{ readonly view: ImportView; readonly repeats: boolean }> {
    const { imports, decisions } = this.tools;
    const record = this.get(importId);
    if (record.sameAs !== null) return { view: this.viewOf(this.get(record.sameAs)), repeats: true };
    const { parts } = importForms[record.kind];
    const files = imports.files(record);
    const isThere = (part: ImportPart): boolean =>
      record.state === 'lost' ? this.tools.files.has(importId, [part]) : files.some((file) => file.part === part);
    const missing = parts.filter((part) => !isThere(part));
    if (missing.length > 0) throw partsMissing(missing);
    if (parts.some((part) => this.uploading.has(`${importId}/${part}`))) throw uploadUnderWay();
    if (record.state === 'lost') {
      imports.change(record, { state: 'validating' });
      this.jobs.wake();
      return { view: this.view(importId), repeats: false };
    }
    const earlier = record.state === 'receiving' ? imports.findSame(record) : undefined;
    if (earlier) {
      imports.change(record, { state: 'rejected', endedAt: context.occurredAt, sameAs: earlier.importId });
      await this.discard(record);
      return { view: this.viewOf(earlier), repeats: true };
    }
    const { kind, source, round, mapping } = record;
    await decisions.handle(
      { type: 'UploadImport', importId, upload: { kind, source, round, mapping, files } },
      context,
    );
    if (this.get(importId).state === 'receiving') imports.change(record, { state: 'validating' });
    this.jobs.wake();
    return { view: this.view(importId), repeats: false };
  }

  async approve(importId: string, context: CommandContext): Promise<ImportView> {
    const asked = this.get(importId);
    const [first] = this.tools.restorations.awaited();
    if (first !== undefined) throw restorationAwaited(first);
    if (asked.state === 'lost') throw withoutFiles(asked);
    await this.tools.decisions.handle({ type: 'ApproveImport', importId }, context);
    const record = this.get(importId);
    if (record.state === 'validated') this.tools.imports.change(record, { state: 'approved' });
    this.jobs.wake();
    return this.view(importId);
  }

  /**
   * Has an applied survey read again, because something that it brought was lost beside the events, such as names and numbers with the
   * vault's files. Where its files were swept, it asks for them. Nothing is recorded twice.
   */
  async restore(importId: string): Promise<ImportView> {
    const { imports, restorations, files, events } = this.tools;
    const record = this.get(importId);
    if (!restorations.isAwaited(record)) {
      if (record.kind !== 'bmn-survey' || record.state !== 'applied') throw notRestorable();
      const recorded = await events.load(`import-${importId}`);
      restorations.add(record, recorded.find(({ type }) => type === 'ImportApproved')?.recordedAt ?? '');
      const isThere = files.has(importId, importForms[record.kind].parts);
      imports.change(record, { state: isThere ? 'validating' : 'lost' });
      this.jobs.wake();
    }
    return this.view(importId);
  }

  /** Lets an import that stopped by itself go on to where it was. */
  async release(importId: string, reason: ReleaseReason, context: CommandContext): Promise<ImportView> {
    this.get(importId);
    await this.tools.decisions.handle({ type: 'ReleaseImport', importId, reason }, context);
    await this.jobs.refresh(importId);
    return this.view(importId);
  }

  async reject(importId: string, reason: RejectImport['reason'], context: CommandContext): Promise<ImportView> {
    this.get(importId);
    await this.tools.decisions.handle({ type: 'RejectImport', importId, reason }, context);
    const record = this.get(importId);
    // An import that is being validated is marked by that work, which reads what was decided when it ends.
    if (['validated', 'held', 'receiving', 'lost'].includes(record.state)) {
      this.tools.imports.change(record, { state: 'rejected', endedAt: context.occurredAt });
    }
    return this.view(importId);
  }

  view(importId: string): ImportView {
    return this.viewOf(this.get(importId));
  }

  page(before: number | undefined, limit: number): { items: readonly ImportView[]; last: number | undefined } {
    const records = this.tools.imports.page(before, limit);
    return {
      items: records.map((record) => this.viewOf(record)),
      last: records.length === limit ? records.at(-1)?.no : undefined,
    };
  }

  /** @throws Problem 404 `import-unknown` */
  get(importId: string): ImportRecord {
    const record = this.tools.imports.find(importId);
    if (record === undefined) throw unknownImport();
    return record;
  }

  private fileOf(record: ImportRecord, part: ImportPart): ImportFile | undefined {
    return this.tools.imports.files(record).find((file) => file.part === part);
  }

  private async discard({ importId, kind }: ImportRecord): Promise<void> {
    for (const part of importForms[kind].parts) await rm(this.tools.files.pathOf(importId, part), { force: true });
  }

  private viewOf(record: ImportRecord): ImportView {
    const { importId, kind, source, round, mapping, state, createdAt, endedAt, found, applied, sameAs } = record;
    const progress = this.jobs.progressOf(importId);
    const done = state === 'applying' ? this.tools.staging.application(record)?.applied : undefined;
    return {
      ...{
        importId,
        kind,
        source,
        round,
        mapping,
        state: state === 'recording' ? 'validating' : state,
        createdAt,
        endedAt,
      },
      files: this.tools.imports.files(record),
      ...(progress ? { progress } : {}),
      ...(found ?? {}),
      ...(state === 'held' && found?.repeats ? { heldBecause: heldSentence(found.rows, found.repeats) } : {}),
      ...(state === 'lost' ? { lostBecause: lostBecause(record) } : {}),
      ...((applied ?? done) ? { applied: applied ?? done } : {}),
      ...(sameAs === null ? {} : { sameAs }),
    };
  }
}

const unknownImport = (): Problem =>
  new Problem(404, 'import-unknown', { th: 'ไม่พบการนำเข้านี้', en: 'There is no import with this id.' });

const noForm = (round: number): Problem =>
  new Problem(409, 'round-without-form', {
    th: `ไม่รู้จักแบบสำรวจของปี ${round} แบบ 31 ตัวชี้วัดใช้กับปี 2560–2564`,
    en: `No form is known for round ${round}. The form of 31 indicators is that of 2560–2564.`,
  });

const noSuchPart = (parts: readonly string[]): Problem =>
  new Problem(404, 'part-unknown', {
    th: `การนำเข้าชนิดนี้มีแฟ้ม: ${parts.join(', ')}`,
    en: `An import of this kind has the parts ${parts.join(', ')}.`,
  });

const uploadClosed = (): Problem =>
  new Problem(409, 'upload-must-be-open', {
    th: 'การนำเข้านี้ปิดรับแฟ้มแล้ว ให้เริ่มการนำเข้าใหม่',
    en: 'This import has taken its files already. Start a new import.',
  });

const uploadUnderWay = (): Problem =>
  new Problem(409, 'upload-under-way', {
    th: 'แฟ้มนี้กำลังส่งอยู่ ให้รอจนส่งเสร็จ',
    en: 'This file is being sent just now. Wait until it has arrived.',
  });

const tooLarge = (bytesMax: number): Problem =>
  new Problem(413, 'upload-too-large', {
    th: `แฟ้มใหญ่เกิน ${bytesMax.toLocaleString('en-US')} ไบต์ ให้แบ่งแฟ้ม`,
    en: `The file is larger than ${bytesMax.toLocaleString('en-US')} bytes. Split it.`,
  });

const brokenOff = (cause: unknown): Problem =>
  new Problem(
    400,
    'upload-broken-off',
    {
      th: 'การส่งแฟ้มขาดตอน ไม่มีอะไรถูกเก็บไว้ ให้ส่งใหม่',
      en: 'The file ended before its end. Nothing of it was kept: send it again.',
    },
    {},
    { cause },
  );

const partsMissing = (parts: readonly string[]): Problem =>
  new Problem(409, 'parts-missing', {
    th: `ยังขาดแฟ้ม: ${parts.join(', ')}`,
    en: `These parts are still missing: ${parts.join(', ')}.`,
  });

/** Nothing new is taken in before an import that was applied is restored: its households would get a second id. */
function restorationAwaited(first: ImportRecord): Problem {
  const { th, en } = lostBecause(first);
  return new Problem(409, 'imports-must-be-restored', {
    th: `ยังรับข้อมูลใหม่ไม่ได้จนกว่าการนำเข้าที่ขาดแฟ้มจะครบ มิฉะนั้นครัวเรือนเดิมจะได้รหัสใหม่ ${th}`,
    en: `Nothing new can be taken in yet, or households that are known would get a second id. ${en}`,
  });
}

function withoutFiles(record: ImportRecord): Problem {
  return new Problem(409, 'import-must-have-its-files', lostBecause(record));
}

const earlierFirst = ({ importId }: ImportRecord): Problem =>
  new Problem(409, 'earlier-import-must-be-restored', {
    th: `ให้ส่งแฟ้มของการนำเข้า ${importId} ก่อน เพราะบันทึกก่อนการนำเข้านี้`,
    en: `Send the files of import ${importId} first: it was applied before this one.`,
  });

const otherFile = (expected: string): Problem =>
  new Problem(409, 'file-must-be-the-same', {
    th: `แฟ้มนี้ไม่ใช่แฟ้มที่นำเข้าไว้ (SHA-256 ${expected}) ไม่มีอะไรถูกเก็บไว้ ให้ส่งแฟ้มเดิมตรงทุกไบต์`,
    en: `This is not the file that was imported, whose SHA-256 is ${expected}. Nothing of it was kept: send the same file, byte for byte.`,
  });

const notRestorable = (): Problem =>
  new Problem(409, 'import-must-be-an-applied-survey', {
    th: 'อ่านแฟ้มซ้ำได้เฉพาะแบบสำรวจที่บันทึกแล้วและไม่ได้ถูกยกเลิก',
    en: 'Only a survey that is applied, and of which nothing is being undone, is read again.',
  });
