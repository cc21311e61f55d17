import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type FramePlace, frameBytes, SealedReader, SealedWriter } from './sealed-file.file';
import { sealUpload, UploadBrokenOff, UploadTooLarge } from './upload.file';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faemban-sealed-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const secret = randomBytes(16);
const keyOf = (salt: Buffer): Buffer => Buffer.concat([secret, salt]);
const fileOf = (name = 'a.sealed'): string => join(folder, name);

async function contentsOf(path: string): Promise<Buffer> {
  const reader = await SealedReader.open(path, keyOf);
  const contents: Buffer[] = [];
  try {
    for await (const content of reader.contents()) contents.push(content);
  } finally {
    await reader.close();
  }
  return Buffer.concat(contents);
}

describe('a sealed file', () => {
  const plain = Buffer.from('สมชาย ใจดี,3840000000017\n'.repeat(5000));

  test.each([0, 1, frameBytes - 1, frameBytes, frameBytes + 1, 3 * frameBytes])('gives back %d bytes', async (size) => {
    const content = randomBytes(size);
    const { bytes, sha256 } = await sealUpload(Readable.from([content]), { path: fileOf(), keyOf });
    expect({ bytes, length: sha256.length }).toEqual({ bytes: size, length: 64 });
    expect((await contentsOf(fileOf())).equals(content)).toBe(true);
  });

  test('holds nothing of its content in the clear and is readable by its owner only', async () => {
    await sealUpload(Readable.from([plain]), { path: fileOf(), keyOf });
    const sealed = readFileSync(fileOf());
    expect(sealed.includes('3840000000017') || sealed.includes('สมชาย')).toBe(false);
    expect(statSync(fileOf()).mode & 0o777).toBe(0o600);
  });

  test('is never the same twice', async () => {
    await sealUpload(Readable.from([plain]), { path: fileOf('a'), keyOf });
    await sealUpload(Readable.from([plain]), { path: fileOf('b'), keyOf });
    expect(
      readFileSync(fileOf('a'))
        .subarray(20)
        .equals(readFileSync(fileOf('b')).subarray(20)),
    ).toBe(false);
  });

  test('is refused when a byte was altered, its end cut off, or frames exchanged', async () => {
    await sealUpload(Readable.from([plain]), { path: fileOf(), keyOf });
    const sealed = readFileSync(fileOf());
    const frame = 4 + frameBytes + 16;
    const altered = Buffer.from(sealed);
    altered[1000] = (altered[1000] ?? 0) ^ 1;
    const exchanged = Buffer.concat([
      ...[sealed.subarray(0, 20), sealed.subarray(20 + frame, 20 + 2 * frame), sealed.subarray(20, 20 + frame)],
      sealed.subarray(20 + 2 * frame),
    ]);
    for (const damaged of [
      altered,
      sealed.subarray(0, 20 + frame),
      sealed.subarray(0, -1),
      sealed.subarray(0, 10),
      exchanged,
    ]) {
      writeFileSync(fileOf('damaged'), damaged);
      await expect(contentsOf(fileOf('damaged'))).rejects.toThrow(/sealed file/);
    }
  });

  test('is read frame by frame from where it was told a frame stands', async () => {
    const writer = await SealedWriter.create(fileOf(), keyOf);
    const places: FramePlace[] = [];
    for (let number = 0; number < 5; number += 1) places.push(await writer.append(Buffer.from(`frame ${number}`)));
    await writer.close();
    const reader = await SealedReader.open(fileOf(), keyOf);
    const read = await Promise.all([3, 0, 4].map(async (number) => (await reader.frame(places[number]!)).toString()));
    await reader.close();
    expect(read).toEqual(['frame 3', 'frame 0', 'frame 4']);
  });
});

describe('an upload', () => {
  test('is taken at its limit and refused one byte above, leaving nothing', async () => {
    const limited = (size: number) =>
      sealUpload(Readable.from([Buffer.alloc(60), Buffer.alloc(size - 60)]), { path: fileOf(), keyOf, bytesMax: 100 });
    await expect(limited(100)).resolves.toMatchObject({ bytes: 100 });
    rmSync(fileOf());
    await expect(limited(101)).rejects.toThrow(UploadTooLarge);
    expect([existsSync(fileOf()), existsSync(`${fileOf()}.new`)]).toEqual([false, false]);
  });

  test('that breaks off leaves nothing', async () => {
    const body = Readable.from(
      (async function* () {
        yield Buffer.alloc(10);
        throw new Error('aborted');
      })(),
    );
    await expect(sealUpload(body, { path: fileOf(), keyOf })).rejects.toThrow(UploadBrokenOff);
    expect([existsSync(fileOf()), existsSync(`${fileOf()}.new`)]).toEqual([false, false]);
  });
});
