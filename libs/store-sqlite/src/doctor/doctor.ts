import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventsName } from '../backup/folder-files';
import { freeBytesOf } from '../backup/room';
import { isFolderLocked } from '../data-folder-lock';
import { eventsOf } from './events-symptoms';
import { soundnessOf, viewsOf } from './files-symptoms';
import { backupsOf, diskOf, keysOf, leftoversOf } from './folder-symptoms';
import { error, ok, type Symptom } from './symptom';

export type { Symptom, SymptomLevel } from './symptom';

/**
 * Looks over a data folder, of a running system or not, and says in words what is wrong with it. Nothing is written. Must not run in the
 * process that serves the folder.
 * @param now.nowMs milliseconds since 1970, by the clock of this machine
 * @param now.freeBytes free on the folder's disk; asked of the operating system where absent
 */
export function examineFolder(
  folder: string,
  {
    nowMs,
    freeBytes = existsSync(folder) ? freeBytesOf(folder) : 0,
  }: { readonly nowMs: number; readonly freeBytes?: number },
): readonly Symptom[] {
  const eventsFile = join(folder, eventsName);
  if (!existsSync(eventsFile)) return [noEvents(folder), ...(existsSync(folder) ? leftoversOf(folder) : [])];
  const databases = readdirSync(folder)
    .filter((name) => name.endsWith('.sqlite'))
    .map((name) => join(folder, name));
  const sound = databases.map((file) => soundnessOf(file));
  const symptoms = [
    runningOrNot(folder),
    ...diskOf(databases, freeBytes),
    ...leftoversOf(folder),
    ...sound,
    ...keysOf(folder),
    ...backupsOf(folder, nowMs),
  ];
  // What cannot be opened cannot be looked into any further.
  if (sound.some(({ level }) => level === 'error')) return symptoms;
  return [...symptoms, ...eventsOf(folder, eventsFile, nowMs), ...viewsOf(databases, eventsFile)];
}

function runningOrNot(folder: string): Symptom {
  return isFolderLocked(folder)
    ? ok('running', { th: 'มีระบบทำงานอยู่บนโฟลเดอร์นี้', en: 'A system is running on this folder' })
    : ok('not-running', { th: 'ระบบไม่ได้ทำงานอยู่บนโฟลเดอร์นี้', en: 'No system is running on this folder' });
}

const noEvents = (folder: string): Symptom =>
  error(
    'no-events',
    { th: `ไม่มีเหตุการณ์ในโฟลเดอร์ ${folder}`, en: `There are no events in ${folder}` },
    {
      th: 'ระบุโฟลเดอร์ข้อมูลด้วย --data หรือกู้คืนด้วย faemban restore',
      en: 'Name the data folder with --data, or restore one with: faemban restore',
    },
  );
