import { type FileKey, type FramePlace, SealedReader, SealedWriter } from '../files/sealed-file.file';
import type { SpoolKind } from './staging.store';

/** Households of one bucket: what is joined, previewed and applied in one go. */
export const bucketHouseholds = 512;
/** Text that waits to be sealed, in characters: 4 Mi. */
const waitingCharactersMax = 4 * 1024 * 1024;
/** Text of one frame, in characters; a frame stays under its limit in bytes whatever the letters. */
const frameCharactersMax = 2 * 1024 * 1024;

/** One line of a spool: its row in the part it came from, its household's place, and the staged text. */
export interface SpoolLine {
  readonly row: number;
  readonly ord: number;
  readonly text: string;
}

/** Where the frames of a bucket stand. */
export interface SpoolFrame {
  readonly kind: SpoolKind;
  readonly bucket: number;
  readonly place: FramePlace;
}

/**
 * Sorts rows by the household they belong to, on disk and sealed: lines are gathered by bucket of households and written bucket by
 * bucket when enough of them wait. Rows may come in any order; in the usual one, household by household, each bucket is one frame or two.
 */
export class SpoolWriter {
  private readonly waiting = new Map<
    string,
    { kind: SpoolKind; bucket: number; characters: number; lines: string[] }
  >();
  private waitingCharacters = 0;
  readonly frames: SpoolFrame[] = [];

  private constructor(private readonly file: SealedWriter) {}

  static async create(path: string, keyOf: FileKey): Promise<SpoolWriter> {
    return new SpoolWriter(await SealedWriter.create(path, keyOf));
  }

  add(kind: SpoolKind, { row, ord, text }: SpoolLine): void {
    const bucket = Math.floor(ord / bucketHouseholds);
    const key = `${kind}/${bucket}`;
    let waiting = this.waiting.get(key);
    if (waiting === undefined) this.waiting.set(key, (waiting = { kind, bucket, characters: 0, lines: [] }));
    waiting.lines.push(`${row}\t${ord}\t${text}\n`);
    waiting.characters += text.length;
    this.waitingCharacters += text.length;
  }

  /** Whether it is time to {@link flush}. */
  get isFull(): boolean {
    return this.waitingCharacters >= waitingCharactersMax;
  }

  async flush(): Promise<void> {
    for (const { kind, bucket, characters, lines } of this.waiting.values()) {
      const parts = Math.ceil(characters / frameCharactersMax);
      const size = Math.ceil(lines.length / Math.max(1, parts));
      for (let from = 0; from < lines.length; from += size) {
        const place = await this.file.append(Buffer.from(lines.slice(from, from + size).join(''), 'utf8'));
        this.frames.push({ kind, bucket, place });
      }
    }
    this.waiting.clear();
    this.waitingCharacters = 0;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.file.append(Buffer.alloc(0), true);
    await this.file.close();
  }

  abandon(): Promise<void> {
    return this.file.abandon();
  }
}

/** Reads what a {@link SpoolWriter} wrote, bucket by bucket. */
export class SpoolReader {
  private constructor(
    private readonly file: SealedReader,
    private readonly placesOf: (kind: SpoolKind, bucket: number) => readonly FramePlace[],
  ) {}

  static async open(
    path: string,
    keyOf: FileKey,
    placesOf: (kind: SpoolKind, bucket: number) => readonly FramePlace[],
  ): Promise<SpoolReader> {
    return new SpoolReader(await SealedReader.open(path, keyOf), placesOf);
  }

  /** The lines of a bucket in the order they were added. */
  async lines(kind: SpoolKind, bucket: number): Promise<SpoolLine[]> {
    const lines: SpoolLine[] = [];
    for (const place of this.placesOf(kind, bucket)) {
      const content = (await this.file.frame(place)).toString('utf8');
      for (let from = 0; from < content.length;) {
        const end = content.indexOf('\n', from);
        lines.push(lineOf(content, from, end));
        from = end + 1;
      }
    }
    return lines;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** JSON text has no raw tab or line feed, so both can part what stands beside it. */
function lineOf(content: string, from: number, end: number): SpoolLine {
  const first = content.indexOf('\t', from);
  const second = content.indexOf('\t', first + 1);
  return {
    row: Number(content.slice(from, first)),
    ord: Number(content.slice(first + 1, second)),
    text: content.slice(second + 1, end),
  };
}
