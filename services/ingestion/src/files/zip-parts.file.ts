import { Readable } from 'node:stream';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { IntegrityFault } from './integrity-fault';
import { frameBytes, type SealedReader } from './sealed-file.file';
import { WorkbookFault } from './workbook-fault';

/** Most entries of a workbook's archive; real ones have a few dozen. */
export const zipEntriesMax = 10_000;
/** Largest part of a workbook after inflating, in bytes: 2 GiB. */
export const inflatedBytesMax = 2 * 1024 ** 3;
/** How many bytes one compressed byte may become; sheets of real data stay below 50. */
export const inflationMax = 250;
/** From this size on inflation is judged, in bytes: 4 MiB. */
export const inflationJudgedFromBytes = 4 * 1024 * 1024;

/** Gives a ZIP reader any bytes of a sealed upload without writing them anywhere. */
class SealedBytes extends RandomAccessReader {
  private kept: { readonly number: number; readonly content: Buffer } | undefined;

  constructor(private readonly file: SealedReader) {
    super();
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.range(start, end), { objectMode: false });
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.copy(buffer, offset, length, position).then(() => callback(null), callback);
  }

  private async copy(buffer: Buffer, offset: number, length: number, position: number): Promise<void> {
    let at = offset;
    for await (const piece of this.range(position, position + length)) at += piece.copy(buffer, at);
    if (at < offset + length) throw new WorkbookFault('workbook-damaged');
  }

  private async *range(start: number, end: number): AsyncGenerator<Buffer> {
    for (let position = start; position < end;) {
      const number = Math.floor(position / frameBytes);
      if (this.kept?.number !== number) this.kept = { number, content: await this.file.uploadedFrame(number) };
      const from = position - number * frameBytes;
      const piece = this.kept.content.subarray(from, Math.min(this.kept.content.length, from + end - position));
      if (piece.length === 0) throw new WorkbookFault('workbook-damaged');
      yield piece;
      position += piece.length;
    }
  }
}

/** The parts of a ZIP archive that lies in a sealed upload. Every part is inflated as it is read, within limits. */
export class ZipParts {
  private constructor(
    private readonly zip: ZipFile,
    private readonly entries: ReadonlyMap<string, Entry>,
  ) {}

  /** @throws WorkbookFault where it is no archive, or one beyond the limits */
  static async open(file: SealedReader, bytes: number): Promise<ZipParts> {
    const entries = new Map<string, Entry>();
    const zip = await faulting(() =>
      fromRandomAccessReaderPromise(new SealedBytes(file), bytes, { autoClose: false, validateEntrySizes: true }),
    );
    if (zip.entryCount > zipEntriesMax) throw new WorkbookFault('workbook-too-large');
    await faulting(async () => {
      for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
    });
    return new ZipParts(zip, entries);
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** Whether a part lies under a password. */
  get isLocked(): boolean {
    return [...this.entries.values()].some((entry) => entry.isEncrypted());
  }

  /** The bytes of a part in pieces. @throws WorkbookFault at the first byte beyond a limit, or that does not inflate */
  async *read(name: string, bytesMax: number = inflatedBytesMax): AsyncGenerator<Buffer> {
    const entry = this.entries.get(name);
    if (entry === undefined) throw new WorkbookFault('workbook-damaged');
    if (entry.uncompressedSize > bytesMax) throw new WorkbookFault('workbook-too-large');
    const stream = await faulting(() => this.zip.openReadStreamPromise(entry));
    let inflated = 0;
    try {
      for await (const piece of stream) {
        inflated += (piece as Buffer).length;
        if (inflated > bytesMax) throw new WorkbookFault('workbook-too-large');
        if (inflated > inflationJudgedFromBytes && inflated > inflationMax * entry.compressedSize) {
          throw new WorkbookFault('workbook-expands-too-much');
        }
        yield piece as Buffer;
      }
    } catch (error) {
      throw faultOf(error);
    } finally {
      stream.destroy();
    }
  }

  close(): void {
    this.zip.close();
  }
}

async function faulting<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw faultOf(error);
  }
}

/** What the ZIP reader or inflation refuses is a fault of the file. That the sealed file was altered on our disk is not. */
function faultOf(error: unknown): unknown {
  if (error instanceof WorkbookFault || error instanceof IntegrityFault) return error;
  const isOfSystem = error instanceof Error && 'syscall' in error;
  return isOfSystem ? error : new WorkbookFault('workbook-damaged', null, { cause: error });
}
