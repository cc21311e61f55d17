/** What makes a file unreadable as text from some place on. */
export type TextFault =
  'encoding-not-utf8' | 'encoding-mixed' | 'encoding-unknown' | 'encoding-utf-16' | 'nul-character';

/** A piece of text; with a fault, it is the last one and ends where the fault is. `notice` is for whoever approves the file. */
export interface TextPiece {
  readonly text: string;
  readonly fault?: TextFault;
  readonly notice?: 'encoding-windows-874';
}

type Decoder = InstanceType<typeof TextDecoder>;

/** A Thai vowel sign or tone mark that stands on nothing Thai: what single-byte text of another alphabet looks like when it is taken for Thai. */
const strayMark = /(?:^|[^\u0E01-\u0E5B])[\u0E31\u0E34-\u0E3A\u0E47-\u0E4E]/u;
/** Controls that windows-874 text does not have, and that the bytes of UTF-8 Thai become when they are read as it. */
const controls = /[\u0080-\u009F]/u;
const beyondAscii = /[^\u0000-\u007F]/u;
const thaiWord = /[\u0E01-\u0E2E][\u0E00-\u0E5B]/u;
const replacement = '\ufffd';

/**
 * Decodes a file in pieces as they come: UTF-8 with or without its byte order mark, or Thai in one byte a letter (TIS-620, Windows-874).
 * Which of them is decided by the first piece that is not ASCII, and does not change: a file that goes on in the other one ends there with
 * `encoding-mixed`. UTF-16 is refused by its mark. UTF-8 costs nothing beside the decoding.
 */
export async function* textPieces(contents: AsyncIterable<Buffer>): AsyncGenerator<TextPiece> {
  let reader: Utf8Text | ThaiText | undefined;
  for await (const content of contents) {
    if (reader === undefined && hasUtf16Mark(content)) {
      yield { text: '', fault: 'encoding-utf-16' };
      return;
    }
    reader ??= new Utf8Text(hasUtf8Mark(content));
    let piece = reader.read(content);
    if (piece.fault === 'encoding-unknown' && reader instanceof Utf8Text) {
      const thai = new ThaiText();
      const taken = thai.first(Buffer.concat([reader.pending, content]));
      if (taken !== undefined) [reader, piece] = [thai, taken];
    }
    if (piece.text !== '' || piece.fault || piece.notice) yield piece;
    if (piece.fault) return;
  }
  const last = reader?.end();
  if (last?.fault) yield last;
}

function hasUtf16Mark([first, second]: Buffer): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

const hasUtf8Mark = ([first, second, third]: Buffer): boolean => first === 0xef && second === 0xbb && third === 0xbf;

/** Strict UTF-8. Remembers whether anything beyond ASCII was read, and until then the bytes of a letter that is not whole yet. */
class Utf8Text {
  pending: Buffer = Buffer.alloc(0);
  private readonly decoder: Decoder = new TextDecoder('utf-8', { fatal: true });
  private lenient: Decoder = new TextDecoder('utf-8');

  constructor(private isDecided: boolean) {}

  read(content: Buffer): TextPiece {
    let text: string;
    try {
      text = this.decoder.decode(content, { stream: true });
    } catch {
      return this.brokenOff(content);
    }
    // A text with as many characters as bytes is ASCII. One with fewer has something beyond it, or the beginning of it at its end.
    if (!this.isDecided && (text.length !== content.length || this.pending.length > 0)) {
      this.isDecided = beyondAscii.test(text);
      if (!this.isDecided) this.pending = Buffer.concat([this.pending, content]).subarray(text.length);
    }
    this.lenient = new TextDecoder('utf-8', { ignoreBOM: true });
    return withoutNul(text);
  }

  end(): TextPiece {
    try {
      this.decoder.decode();
      return { text: '' };
    } catch {
      return { text: '', fault: 'encoding-not-utf8' };
    }
  }

  private brokenOff(content: Buffer): TextPiece {
    const guess = this.lenient.decode(content);
    const text = guess.slice(0, Math.max(0, guess.indexOf(replacement)));
    if (this.isDecided || beyondAscii.test(text)) {
      const rest = content.subarray(Buffer.byteLength(text));
      return { text, fault: isThaiText(rest) ? 'encoding-mixed' : 'encoding-not-utf8' };
    }
    return { text, fault: thaiWord.test(guess) ? 'encoding-mixed' : 'encoding-unknown' };
  }
}

/** Whether the first line of these bytes is Thai in one byte a letter. */
function isThaiText(bytes: Buffer): boolean {
  const lineEnd = bytes.indexOf(0x0a);
  const text = new TextDecoder('windows-874').decode(lineEnd < 0 ? bytes : bytes.subarray(0, lineEnd));
  return thaiWord.test(text) && !controls.test(text) && !text.includes(replacement);
}

/** Thai in one byte a letter. */
class ThaiText {
  private readonly decoder: Decoder = new TextDecoder('windows-874');

  /** The first piece, if it is such text. */
  first(content: Buffer): TextPiece | undefined {
    const text = this.decoder.decode(content, { stream: true });
    if (controls.test(text) || text.includes(replacement) || strayMark.test(text)) return undefined;
    return { ...withoutNul(text), notice: 'encoding-windows-874' };
  }

  read(content: Buffer): TextPiece {
    const text = this.decoder.decode(content, { stream: true });
    const wrong = text.search(controls);
    const undefinedByte = text.indexOf(replacement);
    const end = Math.min(wrong < 0 ? text.length : wrong, undefinedByte < 0 ? text.length : undefinedByte);
    return end === text.length ? withoutNul(text) : { text: text.slice(0, end), fault: 'encoding-mixed' };
  }

  end(): TextPiece {
    return { text: '' };
  }
}

function withoutNul(text: string): TextPiece {
  const nul = text.indexOf('\0');
  return nul < 0 ? { text } : { text: text.slice(0, nul), fault: 'nul-character' };
}
