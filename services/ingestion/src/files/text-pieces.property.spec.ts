import fc from 'fast-check';
import { textPieces } from './text-pieces.file';

const header = 'citizen_id,first_name\n';
const rows = '3840000000016,มาลี ใจดี\n3840000000024,เขต เกษมสุข\n';
const windows874 = (text: string): Buffer =>
  Buffer.from(
    [...text].map((letter) => (letter.charCodeAt(0) < 0x80 ? letter.charCodeAt(0) : letter.charCodeAt(0) - 0xd60)),
  );

/** Reads a file cut into pieces at some places. */
async function read(file: Buffer, cuts: readonly number[]): Promise<{ text: string; said: string[] }> {
  const places = [0, ...cuts.map((cut) => cut % (file.length + 1)).sort((a, b) => a - b), file.length];
  async function* contents(): AsyncGenerator<Buffer> {
    for (const [index, from] of places.slice(0, -1).entries()) {
      const piece = file.subarray(from, places[index + 1]);
      if (piece.length > 0) yield piece;
    }
  }
  let whole = '';
  const said: string[] = [];
  for await (const { text, fault, notice } of textPieces(contents())) {
    whole += text;
    for (const one of [notice, fault]) if (one) said.push(one);
  }
  return { text: whole, said };
}

const cut = fc.array(fc.nat(), { maxLength: 6 });
/** One letter of UTF-8 is three bytes: a piece that ends within the first one leaves the question open, as it should be. */
const check = (name: string, file: Buffer, wanted: { text: string; said: string[] }): void =>
  test(name, () =>
    fc.assert(
      fc.asyncProperty(cut, async (cuts) => expect(await read(file, cuts)).toEqual(wanted)),
      { seed: 84, numRuns: 300 },
    ),
  );

describe('a file, wherever it is cut into pieces', () => {
  check('is read as UTF-8', Buffer.from(header + rows), { text: header + rows, said: [] });
  check('is read as UTF-8 without its byte order mark', Buffer.from(`\ufeff${header}${rows}`), {
    ...{ text: header + rows, said: [] },
  });
  check('is read as Thai in one byte a letter', windows874(header + rows), {
    ...{ text: header + rows, said: ['encoding-windows-874'] },
  });
  check('is read as ASCII', Buffer.from(header), { text: header, said: [] });
});

describe('a file', () => {
  test.each([
    ['with a UTF-16 mark is refused at once', Buffer.from('\ufeffa,b\n', 'utf16le'), '', 'encoding-utf-16'],
    [
      'that goes on in another encoding ends there',
      Buffer.concat([Buffer.from(header + rows), windows874(rows)]),
      `${header}${rows}3840000000016,`,
      'encoding-mixed',
    ],
    [
      'in the letters of another alphabet is not taken for Thai',
      Buffer.from(`${header}1,Ren\u00e9e\n`, 'latin1'),
      `${header}1,Ren`,
      'encoding-unknown',
    ],
    [
      'whose last letter is cut is not UTF-8',
      Buffer.from(header + rows).subarray(0, -2),
      `${header}${rows}`.slice(0, -2),
      'encoding-not-utf8',
    ],
  ])('%s', async (_, file, text, fault) => expect(await read(file, [])).toEqual({ text, said: [fault] }));

  test('changes from one piece to the next, and ends where it does', async () => {
    const thai = windows874(header + rows);
    const { text, said } = await read(Buffer.concat([thai, Buffer.from('1,กานดา\n')]), [thai.length]);
    expect({ text, said }).toEqual({ text: `${header}${rows}1,เธ`, said: ['encoding-windows-874', 'encoding-mixed'] });
  });
});
