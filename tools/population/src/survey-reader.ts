import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse/sync';

const CHUNK_BYTES = 1 << 18;

/**
 * Reads a survey file in pieces, quicker than a general parser: cells never hold a line break, so that lines are rows; only a
 * line with quotes is parsed as CSV.
 *
 * @returns batches of rows, the header row first
 */
export async function* rowBatches(path: string): AsyncGenerator<string[][]> {
  let unfinished = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: CHUNK_BYTES })) {
    const lines = (unfinished + (chunk as string)).split('\n');
    unfinished = lines.pop() ?? '';
    yield lines.map(cellsOfLine);
  }
  if (unfinished !== '') yield [cellsOfLine(unfinished)];
}

function cellsOfLine(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  return (parse(line) as string[][])[0] ?? [];
}
