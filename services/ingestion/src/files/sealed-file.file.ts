import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { IntegrityFault } from './integrity-fault';

/** Size of a frame's content where a stream is sealed, in bytes: 64 KiB. */
export const frameBytes = 64 * 1024;
/** Largest content of a frame, in bytes: 16 MiB. */
export const frameBytesMax = 16 * 1024 * 1024;

const magic = Buffer.from('FBS1');
const saltBytes = 16;
const headerBytes = magic.length + saltBytes;
const lengthBytes = 4;
const tagBytes = 16;
const algorithm = 'aes-256-gcm';

/** Where a frame stands in a sealed file. */
export interface FramePlace {
  readonly number: number;
  readonly offset: number;
}

/** Makes a file's key of its salt. */
export type FileKey = (salt: Buffer) => Buffer;

/**
 * Writes a sealed file: frames of AES-256-GCM under a key of the file's own, the frame's number as nonce, so that no frame can be moved,
 * and the last one marked, so that none can be cut off. Nothing is ever written twice under one key: a file has a new salt.
 */
export class SealedWriter {
  private number = 0;
  private offset = headerBytes;

  private constructor(
    private readonly file: FileHandle,
    private readonly key: KeyObject,
  ) {}

  /** Begins a file, in place of one that is there. */
  static async create(path: string, keyOf: FileKey): Promise<SealedWriter> {
    const salt = randomBytes(saltBytes);
    const file = await open(path, 'w', 0o600);
    await file.write(Buffer.concat([magic, salt]));
    return new SealedWriter(file, createSecretKey(keyOf(salt)));
  }

  /** Seals one frame and says where it stands. */
  async append(content: Buffer, isLast = false): Promise<FramePlace> {
    const place = { number: this.number, offset: this.offset };
    const cipher = createCipheriv(algorithm, this.key, nonceOf(place.number)).setAAD(markOf(isLast));
    const body = cipher.update(content);
    cipher.final();
    const length = Buffer.alloc(lengthBytes);
    length.writeUInt32LE(body.length);
    const frame = Buffer.concat([length, body, cipher.getAuthTag()]);
    this.number += 1;
    this.offset += frame.length;
    await this.file.appendFile(frame);
    return place;
  }

  /** Makes what was written durable. */
  async close(): Promise<void> {
    await this.file.sync();
    await this.file.close();
  }

  /** Lets go of a file that is given up. */
  async abandon(): Promise<void> {
    await this.file.close();
  }
}

/** Reads a sealed file, from the beginning or frame by frame. @throws IntegrityFault where it was altered, cut off, or has another key */
export class SealedReader {
  private constructor(
    private readonly file: FileHandle,
    private readonly key: KeyObject,
  ) {}

  static async open(path: string, keyOf: FileKey): Promise<SealedReader> {
    const file = await open(path, 'r');
    const header = Buffer.alloc(headerBytes);
    const { bytesRead } = await file.read(header, 0, headerBytes, 0);
    if (bytesRead < headerBytes || !header.subarray(0, magic.length).equals(magic)) {
      await file.close();
      throw new IntegrityFault('a sealed file has no header');
    }
    return new SealedReader(file, createSecretKey(keyOf(header.subarray(magic.length))));
  }

  /** The content of one frame. */
  async frame(place: FramePlace): Promise<Buffer> {
    return (await this.read(place, markOf(false))).content;
  }

  /** The content of a frame of a file that `sealUpload` wrote, by its number from 0. All but the last are {@link frameBytes} long. */
  async uploadedFrame(number: number): Promise<Buffer> {
    const offset = headerBytes + number * (lengthBytes + frameBytes + tagBytes);
    return (await this.read({ number, offset })).content;
  }

  /** The contents of all frames in order, up to the one marked as last. */
  async *contents(): AsyncGenerator<Buffer> {
    let offset = headerBytes;
    for (let number = 0; ; number += 1) {
      const { content, next, isLast } = await this.read({ number, offset });
      if (content.length > 0) yield content;
      if (isLast) return;
      offset = next;
    }
  }

  close(): Promise<void> {
    return this.file.close();
  }

  private async read(
    { number, offset }: FramePlace,
    mark?: Buffer,
  ): Promise<{ content: Buffer; next: number; isLast: boolean }> {
    const length = Buffer.alloc(lengthBytes);
    const { bytesRead } = await this.file.read(length, 0, lengthBytes, offset);
    const size = bytesRead < lengthBytes ? 0 : length.readUInt32LE();
    if (bytesRead < lengthBytes || size > frameBytesMax) throw new IntegrityFault('a sealed file was cut off');
    const sealed = Buffer.alloc(size + tagBytes);
    const body = await this.file.read(sealed, 0, sealed.length, offset + lengthBytes);
    if (body.bytesRead < sealed.length) throw new IntegrityFault('a sealed file was cut off');
    const next = offset + lengthBytes + sealed.length;
    for (const isLast of [false, true]) {
      if (mark !== undefined && isLast) break;
      const content = opened(this.key, number, markOf(isLast), sealed);
      if (content !== undefined) return { content, next, isLast };
    }
    throw new IntegrityFault('a frame of a sealed file was altered');
  }
}

function opened(key: KeyObject, number: number, mark: Buffer, sealed: Buffer): Buffer | undefined {
  const decipher = createDecipheriv(algorithm, key, nonceOf(number), { authTagLength: tagBytes });
  decipher.setAAD(mark).setAuthTag(sealed.subarray(sealed.length - tagBytes));
  const content = decipher.update(sealed.subarray(0, sealed.length - tagBytes));
  try {
    decipher.final();
    return content;
  } catch {
    return undefined;
  }
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(Math.floor(number / 2 ** 32), 4);
  nonce.writeUInt32BE(number >>> 0, 8);
  return nonce;
}

const markOf = (isLast: boolean): Buffer => Buffer.from([isLast ? 1 : 0]);
