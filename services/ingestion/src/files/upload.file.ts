import { createHash } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { frameBytes, SealedWriter, type FileKey } from './sealed-file.file';

/** Largest file that may be uploaded, in bytes: 2 GiB. */
export const uploadBytesMax = 2 * 1024 ** 3;

/** The upload is larger than it may be. */
export class UploadTooLarge extends Error {
  override readonly name = 'UploadTooLarge';
  constructor(readonly bytesMax: number) {
    super(`The upload is larger than ${bytesMax} bytes.`);
  }
}

/** The upload is not the file that is expected. */
export class UploadDiffers extends Error {
  override readonly name = 'UploadDiffers';
  constructor(readonly expected: string) {
    super(`The upload is not the file whose SHA-256 is ${expected}.`);
  }
}

/** The sender went away before the end. */
export class UploadBrokenOff extends Error {
  override readonly name = 'UploadBrokenOff';
}

/**
 * Seals a stream into a file while it arrives, and hashes it. Memory is bounded by two frames. The file gets its name only when it is
 * whole and durable, and the expected one where one is (`sha256`, hex); else nothing is left, and a file that was there stays.
 * @throws UploadTooLarge | UploadDiffers | UploadBrokenOff
 */
export async function sealUpload(
  body: Readable,
  {
    path,
    keyOf,
    bytesMax = uploadBytesMax,
    sha256: expected,
  }: {
    readonly path: string;
    readonly keyOf: FileKey;
    readonly bytesMax?: number;
    readonly sha256?: string | undefined;
  },
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const unfinished = `${path}.new`;
  const writer = await SealedWriter.create(unfinished, keyOf);
  const hash = createHash('sha256');
  const frame = Buffer.alloc(frameBytes);
  let filled = 0;
  let bytes = 0;
  let sha256: string;
  try {
    for await (const chunk of chunksOf(body)) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw new UploadTooLarge(bytesMax);
      hash.update(chunk);
      for (let from = 0; from < chunk.length;) {
        const copied = chunk.copy(frame, filled, from);
        filled += copied;
        from += copied;
        if (filled === frameBytes) {
          await writer.append(frame);
          filled = 0;
        }
      }
    }
    await writer.append(frame.subarray(0, filled), true);
    await writer.close();
    sha256 = hash.digest('hex');
    if (expected !== undefined && sha256 !== expected) throw new UploadDiffers(expected);
  } catch (error) {
    await writer.abandon();
    await rm(unfinished, { force: true });
    throw error;
  }
  await rename(unfinished, path);
  return { sha256, bytes };
}

async function* chunksOf(body: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of body) yield chunk as Buffer;
  } catch (cause) {
    throw new UploadBrokenOff('The upload ended before its end.', { cause });
  }
}
