const zip = Buffer.from('PK\x03\x04', 'latin1');
const emptyZip = Buffer.from('PK\x05\x06', 'latin1');
const compound = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);

/** What a file is by its first bytes, whatever it is called: an archive such as .xlsx, a compound file such as .xls, or text. */
export function fileKindOf(content: Buffer): 'zip' | 'compound' | 'text' {
  const begins = (mark: Buffer): boolean => content.subarray(0, mark.length).equals(mark);
  if (begins(zip) || begins(emptyZip)) return 'zip';
  return begins(compound) ? 'compound' : 'text';
}
