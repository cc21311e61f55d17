/** What makes a file unreadable as text from some place on. */
export type TextFault = 'encoding-not-utf8' | 'nul-character';

/** A piece of text; with a fault, it is the last one and ends where the fault is. */
export interface TextPiece {
  readonly text: string;
  readonly fault?: TextFault;
}

type Decoder = InstanceType<typeof TextDecoder>;

/** Decodes UTF-8, without its byte order mark, strictly, in pieces as they come. Stops at the first byte that is not text. */
export async function* textPieces(contents: AsyncIterable<Buffer>): AsyncGenerator<TextPiece> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let lenient = new TextDecoder('utf-8');
  for await (const content of contents) {
    const piece = decoded(decoder, content, lenient);
    if (piece.text !== '' || piece.fault) yield piece;
    if (piece.fault) return;
    lenient = new TextDecoder('utf-8', { ignoreBOM: true });
  }
  try {
    decoder.decode();
  } catch {
    yield { text: '', fault: 'encoding-not-utf8' };
  }
}

function decoded(decoder: Decoder, content: Buffer, lenient: Decoder): TextPiece {
  let text: string;
  try {
    text = decoder.decode(content, { stream: true });
  } catch {
    const guess = lenient.decode(content);
    return { text: guess.slice(0, Math.max(0, guess.indexOf('\ufffd'))), fault: 'encoding-not-utf8' };
  }
  const nul = text.indexOf('\0');
  return nul < 0 ? { text } : { text: text.slice(0, nul), fault: 'nul-character' };
}
