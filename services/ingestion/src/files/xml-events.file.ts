import { SaxesParser } from 'saxes';
import { WorkbookFault } from './workbook-fault';

/** Most characters of XML in which nothing begins or ends, such as one text or one tag: 1 Mi. */
export const quietCharactersMax = 1024 * 1024;
/** How deep elements of a workbook may stand in each other. */
export const depthMax = 64;

/** Hears the elements and texts of an XML part. Names are without their prefix. */
export interface XmlListener {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  close(name: string): void;
  text(text: string): void;
}

/**
 * Reads XML piece by piece: `listener` hears each element as it comes, and after every piece whoever iterates has a turn. Memory is bounded: a
 * text, tag or comment without an end is refused once it is too long, and so are document types, which workbooks do not have.
 */
export async function* xmlEvents(pieces: AsyncIterable<Buffer>, listener: XmlListener): AsyncGenerator<void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parser = new SaxesParser({ position: false, xmlns: false as const });
  let quietCharacters = 0;
  let depth = 0;
  const heard = (): void => {
    quietCharacters = 0;
  };
  parser.on('error', (cause) => {
    throw new WorkbookFault('workbook-damaged', null, { cause });
  });
  parser.on('doctype', () => {
    throw new WorkbookFault('workbook-damaged');
  });
  parser.on('comment', heard);
  parser.on('processinginstruction', heard);
  parser.on('opentag', ({ name, attributes }) => {
    heard();
    depth += 1;
    if (depth > depthMax) throw new WorkbookFault('workbook-damaged');
    listener.open(localName(name), attributes);
  });
  parser.on('closetag', ({ name }) => {
    heard();
    depth -= 1;
    listener.close(localName(name));
  });
  for (const kind of ['text', 'cdata'] as const) {
    parser.on(kind, (text) => {
      heard();
      listener.text(text);
    });
  }
  for await (const piece of pieces) {
    const text = decoded(decoder, piece);
    quietCharacters += text.length;
    parser.write(text);
    if (quietCharacters > quietCharactersMax) throw new WorkbookFault('workbook-text-endless');
    yield;
  }
  decoded(decoder);
  parser.close();
}

function decoded(decoder: InstanceType<typeof TextDecoder>, piece?: Buffer): string {
  try {
    return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
  } catch (cause) {
    throw new WorkbookFault('workbook-damaged', null, { cause });
  }
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}
