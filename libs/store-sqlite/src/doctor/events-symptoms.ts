import { join } from 'node:path';
import { contextNames } from '@faemban/contracts';
import { describeEvents, standingOfFile, type EventsDescription } from '../backup/describe-events';
import { keysName } from '../backup/folder-files';
import { readLedger, whyNot } from '../backup/heads-ledger';
import { SqliteRefused } from '../failures';
import { readSeals } from '../integrity/seal-files';
import { error, note, ok, thousands, type Symptom } from './symptom';

/** A machine's clock may be behind that of the last event by this much, in milliseconds. */
const clockBehindMsMax = 60_000;
/** A clock that counts in the Buddhist era is ahead by 543 years. */
const buddhistYears = 543;

/** How many events there are, and whether time, what had been recorded, and seals agree with them. */
export function eventsOf(folder: string, file: string, nowMs: number): readonly Symptom[] {
  const described = describeEvents(file);
  const { events, lastRecordedAt = '–' } = described;
  return [
    ok('events', {
      th: `${thousands(events)} เหตุการณ์ ล่าสุด ${lastRecordedAt}`,
      en: `${thousands(events)} events, the last of ${lastRecordedAt}`,
    }),
    ...clockOf(described, nowMs),
    ...ledgerOf(folder, file),
    sealsOf(folder, described),
  ];
}

function clockOf({ lastRecordedAt }: EventsDescription, nowMs: number): readonly Symptom[] {
  const lastMs = lastRecordedAt === undefined ? Number.NEGATIVE_INFINITY : Date.parse(lastRecordedAt);
  if (lastMs <= nowMs + clockBehindMsMax) return [];
  const years = new Date(lastMs).getUTCFullYear() - new Date(nowMs).getUTCFullYear();
  const isBuddhist = Math.abs(years - buddhistYears) <= 1;
  return [
    error(
      isBuddhist ? 'clock-buddhist-era' : 'clock-behind',
      {
        th: `เหตุการณ์ล่าสุดอยู่ในอนาคตเทียบกับนาฬิกาเครื่องนี้${isBuddhist ? ' ปีห่างกันราว 543 นาฬิกาเคยตั้งเป็น พ.ศ.' : ''}`,
        en: `The last event lies ahead of this machine's clock${isBuddhist ? '; the years differ by about 543: a clock was set to the Buddhist era' : ''}`,
      },
      { th: 'ตั้งนาฬิกาให้ถูกต้องก่อนเริ่มระบบ', en: 'Set the clock right before the system is started.' },
    ),
  ];
}

function ledgerOf(folder: string, file: string): readonly Symptom[] {
  try {
    const ledger = readLedger(join(folder, keysName));
    const standing = ledger === undefined ? undefined : standingOfFile(file, ledger);
    if (ledger === undefined || standing === undefined || standing.is === 'kept') return [];
    return [error(`events-${standing.is}`, whyNot(standing, ledger))];
  } catch (failure) {
    if (failure instanceof SqliteRefused) return [error('ledger-unreadable', failure.sentence)];
    throw failure;
  }
}

function sealsOf(folder: string, { heads }: EventsDescription): Symptom {
  let unsealed = 0;
  for (const context of contextNames) {
    const sealed = readSeals(join(folder, 'seals'), context).seals.at(-1)?.document.eventsTotal ?? 0;
    const total = (heads[context] ?? []).reduce((sum, { seq }) => sum + seq, 0);
    // A seal is itself recorded, behind what it seals; the next one covers that.
    unsealed += Math.max(0, total - sealed - (sealed > 0 ? 1 : 0));
  }
  if (unsealed === 0) return ok('sealed', { th: 'เหตุการณ์ทั้งหมดประทับตราแล้ว', en: 'Everything recorded is sealed' });
  return note(
    'unsealed',
    { th: `${thousands(unsealed)} เหตุการณ์ยังไม่ประทับตรา`, en: `${thousands(unsealed)} events are not sealed yet` },
    {
      th: 'ระบบที่ทำงานอยู่ประทับตราเองทุก 5 นาที หรือสั่ง faemban seal',
      en: 'A running system does that every 5 minutes, or with: faemban seal',
    },
  );
}
