import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readVerifierKeyLine, type Finding, type Verification } from '@faemban/event-sourcing';
import { verifyEventsFile, verifyLogFile } from '@faemban/store-sqlite';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes';
import type { Session } from '../session';

interface VerifyOptions {
  readonly data?: string;
  readonly seals?: string;
  readonly key?: string;
}

/** `faemban verify`: everything recorded read and computed again, in a running system or, with `--data`, in a folder or a copy of it. */
export function verifyCommands(program: Command, session: (command: Command) => Session): void {
  program
    .command('verify')
    .description('ตรวจว่าเหตุการณ์ทุกรายการครบและไม่ถูกแก้ไข · check that nothing recorded was altered, removed or added')
    .option('--data <folder>', 'a data folder, a backup, or a copy of events.sqlite; without it, the running system')
    .option('--seals <folder>', 'seals kept elsewhere; by default those in the folder')
    .option('--key <line>', "the installation's first verifier key, as you were given it")
    .action(async (options: VerifyOptions, self: Command) => {
      const { client, output } = session(self);
      if (options.data !== undefined && isExported(options.data)) {
        const { finding, ...read } = await verifyLogFile(options.data);
        output.print({ ...read, finding }, () =>
          finding === undefined
            ? [`${read.events.toLocaleString('en-US')} events · ครบถ้วน ไม่ถูกแก้ไข · complete and unaltered`]
            : findingLines(finding),
        );
        if (finding !== undefined) process.exitCode = exitCodes.altered;
        return;
      }
      const found =
        options.data === undefined
          ? await client.post<Verification>('/verifications')
          : verifyEventsFile(filesOf(options.data, options, self));
      output.print(found, verificationLines);
      if (found.verdict === 'altered') process.exitCode = exitCodes.altered;
    });
}

function filesOf(data: string, { seals, key }: VerifyOptions, self: Command): Parameters<typeof verifyEventsFile>[0] {
  const isFolder = existsSync(data) && statSync(data).isDirectory();
  const file = isFolder ? join(data, 'events.sqlite') : data;
  if (!existsSync(file)) self.error(`error: there are no events at ${file}`, { exitCode: exitCodes.usage });
  const besides = isFolder ? join(data, 'seals') : undefined;
  const sealsFolder = seals ?? (besides !== undefined && existsSync(besides) ? besides : undefined);
  return {
    file,
    ...(sealsFolder === undefined ? {} : { sealsFolder }),
    ...(key === undefined ? {} : { givenKey: readVerifierKeyLine(key) }),
  };
}

/** An exported log is gzip. */
function isExported(file: string): boolean {
  return existsSync(file) && statSync(file).isFile() && file.endsWith('.gz');
}

function findingLines({ context, partition, seq, eventId, sentence }: Finding): readonly string[] {
  const place = `  ${context}/${partition}@${seq}${eventId === undefined ? '' : ` ${eventId}`}`;
  return [place, `    ${sentence.th}`, `    ${sentence.en}`];
}

/** What a verification found, in words. */
export function verificationLines(found: Verification): readonly string[] {
  const { events, partitions, seconds, seals, sealedEvents, findings, findingsTotal, sealFaults } = found;
  const number = (value: number): string => value.toLocaleString('en-US');
  const rate = number(Math.round(events / Math.max(seconds, 0.001)));
  const lines = [
    `${number(events)} events in ${partitions} partitions, ${seconds.toFixed(1)} s (${rate}/s)`,
    `${number(seals)} seals cover ${number(sealedEvents)} events; ${number(Math.max(0, events - sealedEvents))} are not sealed yet`,
  ];
  if (found.verdict === 'unaltered') {
    lines.push('ครบถ้วน ไม่ถูกแก้ไข · complete and unaltered');
  } else {
    lines.push(
      `พบสิ่งผิดปกติ ${number(findingsTotal + sealFaults.length)} แห่ง · found wrong in ${findingsTotal + sealFaults.length} places`,
    );
  }
  for (const { context, number: seal, what } of sealFaults) lines.push(`  ตรา · seal ${context} #${seal}: ${what}`);
  lines.push(...findings.flatMap(findingLines));
  if (found.verdict === 'altered') {
    lines.push(
      'อย่าเขียนทับ เก็บสำเนาไว้ก่อน แล้วกู้คืนตามคู่มือ failed-verification · keep a copy as it is, then follow docs/runbooks/failed-verification.md',
    );
  }
  if (seals > 0 && !found.isKeyGiven) {
    lines.push(
      "กุญแจเป็นของโฟลเดอร์นี้เอง เทียบกับ --key ที่ได้รับไว้ · the key is this folder's own word; compare with the one you were given: --key",
    );
  }
  return lines;
}
