import { jsonBodyBytesMax, Problem } from '@faemban/nest-kit';
import type { FastifyRequest } from 'fastify';

/** The JSON text of a request whose body is asked of one service after another. @throws Problem 413 over 1 MiB */
export async function bodyTextOf(request: FastifyRequest): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request.raw as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > jsonBodyBytesMax) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

const tooLarge = (): Problem =>
  new Problem(413, 'body-too-large', {
    th: 'เนื้อหาคำขอใหญ่เกิน 1 MiB ไฟล์ใหญ่ให้ส่งผ่านเส้นทางอัปโหลดไฟล์',
    en: 'The body is over 1 MiB. Large files go through the upload paths.',
  });
