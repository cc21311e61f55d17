import { mongo } from 'mongoose';
import { MongoRefused } from '../failures';

/** What every promise of the store rests on: a majority has what was acknowledged, in its journal, and what was read. */
export const promisedOptions = {
  writeConcern: { w: 'majority', journal: true },
  readConcern: { level: 'majority' },
  readPreference: 'primary',
} as const satisfies mongo.MongoClientOptions;

/** The names under which a URL says something else than these, and the driver believes it rather than what it is told beside it. */
const believedNames = new Set(['j', 'journal', 'fsync', 'readconcernlevel']);

/**
 * Checks that a URL leaves {@link promisedOptions} as they are. No server is asked.
 * @throws MongoRefused where it does not; the driver's own errors where it is none
 */
export function requirePromisedOptions(url: string): void {
  const { writeConcern, readConcern, readPreference } = new mongo.MongoClient(url, promisedOptions).options;
  const isKept =
    writeConcern.w === 'majority' &&
    writeConcern.journal === true &&
    readConcern.level === 'majority' &&
    readPreference.mode === 'primary';
  if (!isKept) throw weakened(url);
}

function weakened(url: string): MongoRefused {
  const options = [...new URLSearchParams(url.slice(url.indexOf('?') + 1))];
  const found = options
    .filter(([name]) => believedNames.has(name.toLowerCase()))
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
  return new MongoRefused({
    th: `FAEMBAN_MONGODB_URL สั่ง ${found} ข้อมูลที่ตอบรับแล้วจึงอาจสูญหายหรืออ่านไม่พบ โปรดลบออกจากที่อยู่ หรือเขียน journal=true และ readConcernLevel=majority ซึ่งใช้อยู่แล้วแม้ไม่ได้เขียน`,
    en: `FAEMBAN_MONGODB_URL says ${found}, so that what was acknowledged could be lost, or read before a majority has it. Take that out of it, or write journal=true and readConcernLevel=majority, which hold where nothing is written too.`,
  });
}
