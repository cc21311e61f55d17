import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { readAll } from '@faemban/event-sourcing/testing';
import { at, makeInstallation, record, withEvents } from '../testing/small-installation';
import { verifyEventsFile } from '../integrity/verify-events-file';
import { exportLog } from './export-log';
import { importLog } from './import-log';
import { lineBytesMax } from './log-lines';
import { verifyLogFile } from './read-log';

let root: string;
let data: string;
let file: string;
let to: string;
let lines: string[];
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'faemban-transfer-'));
  data = join(root, 'data');
  await makeInstallation(data);
  file = join(root, 'log.gz');
  await exportLog({ eventsFile: join(data, 'events.sqlite'), to: file, exportedAt: at });
  lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n').slice(0, -1);
});
beforeEach(() => {
  to = join(mkdtempSync(join(root, 'to-')), 'data');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const importFrom = (from: string) => importLog({ from, to, eraseAgain: async () => 0 });
const written = (name: string, bytes: Buffer): string => {
  const path = join(root, name);
  writeFileSync(path, bytes);
  return path;
};
const zipped = (text: string): string => written('changed.gz', gzipSync(text));
/** The lines with an end that fits them: what a forger would write. */
const refitted = (changed: readonly string[]): string => {
  const body = changed.map((line) => `${line}\n`).join('');
  const count = (kind: string) => changed.filter((line) => line.startsWith(`["${kind}"`)).length;
  const sha256 = createHash('sha256').update(body).digest('hex');
  return zipped(`${body}${JSON.stringify({ end: true, events: count('e'), commands: count('c'), sha256 })}\n`);
};
const contents = () => lines.slice(0, -1);
const events = () => contents().filter((line) => line.startsWith('["e"'));

describe('an exported log', () => {
  test('makes an installation with the same ids, places, chain and accepted commands, which goes on alike', async () => {
    expect(await importFrom(file)).toMatchObject({ events: 24, commands: 12, erasuresApplied: 0 });
    const all = (folder: string) =>
      withEvents(folder, async ({ log, installationId }) => ({
        installationId,
        events: await readAll(log, 'ingestion'),
        heads: await log.heads('ingestion'),
      }));
    const [there, here] = [await all(to), await all(data)];
    expect(there).toEqual(here);
    const [{ commandId } = { commandId: '' }] = here.events;
    const outcome = (folder: string) => withEvents(folder, (opened) => opened.store('ingestion').outcomeOf(commandId));
    expect(await outcome(to)).toEqual(await outcome(data));
    await record(to, 2);
    expect(verifyEventsFile({ file: join(to, 'events.sqlite'), sealsFolder: join(data, 'seals') })).toMatchObject({
      verdict: 'unaltered',
      events: 28,
    });
    await expect(importFrom(file)).rejects.toThrow(/has data already/);
  });

  test('verifies by itself, and is not written over', async () => {
    expect(await verifyLogFile(file)).toMatchObject({ events: 24, commands: 12 });
    const again = exportLog({ eventsFile: join(data, 'events.sqlite'), to: file, exportedAt: at });
    await expect(again).rejects.toThrow(/exists already. Name another one/);
  });

  test('is refused beside keys of another installation, or keys that know of more', async () => {
    const other = join(root, 'other');
    await makeInstallation(other);
    cpSync(join(other, 'keys'), join(to, 'keys'), { recursive: true });
    await expect(importFrom(file)).rejects.toThrow(/are of the installation/);
    rmSync(to, { recursive: true });
    const longer = join(root, 'longer');
    cpSync(data, longer, { recursive: true });
    await record(longer, 1);
    cpSync(join(longer, 'keys'), join(to, 'keys'), { recursive: true });
    await expect(importFrom(file)).rejects.toThrow(/are 2 fewer than had been recorded/);
  });
});

describe('a file that is no exported log, or not what it was', () => {
  const cases: readonly (readonly [what: string, make: () => string, says: RegExp])[] = [
    ['is not there', () => join(root, 'nothing.gz'), /does not exist. Name one that faemban export wrote/],
    ['is a folder', () => root, /incomplete or was altered \(EISDIR/],
    ['is empty', () => written('empty.gz', Buffer.alloc(0)), /incomplete or was altered/],
    ['is not gzip', () => written('text.gz', Buffer.from(lines.join('\n'))), /incorrect header check/],
    [
      'is cut off in the middle',
      () => written('cut.gz', readFileSync(file).subarray(0, -900)),
      /unexpected end of file/,
    ],
    ['ends before its end', () => zipped(`${contents().join('\n')}\n`), /it ends before its end/],
    ['has a half line', () => zipped(lines.join('\n').slice(0, 900)), /line \d+ cannot be read/],
    ['is another JSON', () => zipped('{"a":1}\n'), /does not begin as an exported log does/],
    ['begins with null', () => zipped('null\n'), /does not begin as an exported log does/],
    [
      'has a million partitions',
      () => zipped((lines[0] ?? '').replace('"partitionCount":2', '"partitionCount":1000000')),
      /does not begin/,
    ],
    [
      'is of a newer program',
      () => zipped((lines[0] ?? '').replace('"version":1', '"version":7')),
      /format version 7; this program knows version 1/,
    ],
    [
      'has bytes that are no UTF-8',
      () => written('bytes.gz', gzipSync(Buffer.concat([Buffer.from(`${lines[0]}\n`), Buffer.from([0xff, 10])]))),
      /line 2 cannot be read/,
    ],
    ['has an unknown line', () => zipped(`${lines[0]}\n["x"]\n`), /line 2 cannot be read/],
    [
      'has an event without a body',
      () => zipped(`${lines[0]}\n["e","ingestion",0,1,1,"[]"]\n`),
      /line 2 cannot be read/,
    ],
    [
      'has an event in a partition too far',
      () => zipped(`${lines[0]}\n["e","ingestion",2,1,1,"[]","{}"]\n`),
      /line 2 cannot be read/,
    ],
    [
      'has an event of a context that is none',
      () => zipped(`${lines[0]}\n["e","nobody",0,1,1,"[]","{}"]\n`),
      /line 2 cannot be read/,
    ],
    [
      'has an envelope that is none',
      () => zipped(`${lines[0]}\n["e","ingestion",0,1,1,"[]","{}"]\n`),
      /ingestion\/0@1/,
    ],
    [
      'has an endless line',
      () => written('endless.gz', gzipSync(Buffer.alloc(lineBytesMax * 40, 0x61))),
      /a line is longer than 4194304 bytes/,
    ],
    ['goes on behind its end', () => zipped(`${lines.join('\n')}\n${lines[1]}\n`), /something follows its end/],
    ['lost an event', () => refitted(contents().filter((line) => line !== events()[3])), /ingestion\/\d@/],
    [
      'has an event twice',
      () => refitted(contents().flatMap((line) => (line === events()[3] ? [line, line] : [line]))),
      /ingestion\/\d@/,
    ],
    ['has events in another order', () => refitted(swapped(contents(), 2, 3)), /ingestion\/\d@/],
    [
      'has another body',
      () => refitted(contents().map((line) => (line === events()[3] ? embellished(line) : line))),
      /ingestion\/\d@/,
    ],
    [
      'has events behind commands',
      () => refitted([...contents(), lines[1] ?? '']),
      /an event stands behind the commands/,
    ],
    ['lost a command', () => refitted(contents().slice(0, -1)), /incomplete or was altered/],
    ['has a command twice', () => refitted([...contents(), contents().at(-1) ?? '']), /stands twice/],
    [
      'has a command of an unknown stream',
      () => refitted([...contents(), '["c","ingestion","x","d","nowhere",1,1,1]']),
      /names an unknown stream/,
    ],
    [
      'has a command that says more than was recorded',
      () => refitted([...contents().slice(0, -1), enlarged(contents().at(-1) ?? '')]),
      /incomplete or was altered/,
    ],
  ];
  test.each(cases)('that %s is refused, and nothing is imported', async (_what, make, says) => {
    const path = make();
    await expect(importFrom(path)).rejects.toThrow(says);
    expect(existsSync(join(to, 'events.sqlite'))).toBe(false);
    expect(existsSync(join(to, 'restoring.part'))).toBe(false);
    // Whatever was tried, a good one can be imported afterwards.
    await importFrom(file);
    expect(readdirSync(to)).toEqual(expect.arrayContaining(['events.sqlite']));
  });

  const swapped = (list: readonly string[], one: number, other: number): string[] =>
    list.map((line, at_) => (at_ === one ? (list[other] ?? '') : at_ === other ? (list[one] ?? '') : line));
  const embellished = (line: string): string => {
    const event = JSON.parse(line) as string[];
    return JSON.stringify([...event.slice(0, 6), `${event[6]} `]);
  };
  const enlarged = (line: string): string => {
    const command = JSON.parse(line) as unknown[];
    command[6] = Number(command[6]) + 5;
    return JSON.stringify(command);
  };
});
