import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ContextName } from '@faemban/contracts';
import { sealHash, type Seal, type SignedDocument } from '@faemban/event-sourcing';
import { readPublishedKeys, readSeals } from '@faemban/store-sqlite';
import { MigrationRefused, type MigrationWatch, type ServiceState } from './order';

/** The seals of a context in a data folder. */
export const sealsIn = (folder: string, context: ContextName): readonly SignedDocument<Seal>[] =>
  readSeals(join(folder, 'seals'), context).seals;

/** Appends the seals that the service does not have yet, in their order, and shows the public keys. @throws MigrationRefused */
export async function carrySeals(
  folder: string,
  context: ContextName,
  state: Pick<ServiceState, 'seals' | 'publishKeys' | 'publishedKeys'>,
  watch: Pick<MigrationWatch, 'beforeWrite'>,
): Promise<void> {
  const ours = sealsIn(folder, context);
  const theirs = await state.seals.seals(context);
  requireBeginning(context, ours, theirs);
  for (const seal of ours.slice(theirs.length)) {
    await watch.beforeWrite('seal');
    await state.seals.append(seal);
  }
  const keys = readPublishedKeys(join(folder, 'seals'));
  if (keys === undefined || isDeepStrictEqual(await state.publishedKeys(), keys)) return;
  await watch.beforeWrite('public keys');
  await state.publishKeys(keys);
}

/** Checks that the service has exactly the seals of the folder, and answers how many. @throws MigrationRefused */
export async function verifySeals(
  folder: string,
  context: ContextName,
  state: Pick<ServiceState, 'seals'>,
): Promise<number> {
  const ours = sealsIn(folder, context);
  const theirs = await state.seals.seals(context);
  requireBeginning(context, ours, theirs);
  if (ours.length !== theirs.length) throw otherSeals(context);
  return ours.length;
}

function requireBeginning(
  context: ContextName,
  ours: readonly SignedDocument<Seal>[],
  theirs: readonly SignedDocument<Seal>[],
): void {
  const isBeginning = theirs.every((seal, at) => ours[at] !== undefined && sealHash(ours[at]) === sealHash(seal));
  if (!isBeginning) throw otherSeals(context);
}

const otherSeals = (context: ContextName): MigrationRefused =>
  new MigrationRefused({
    th: `ตราของ ${context} ในฐานข้อมูลไม่ตรงกับของโฟลเดอร์ข้อมูล โปรดลบฐานข้อมูลแล้วเริ่มย้ายใหม่ หรือเลือกชื่ออื่นด้วย --database-prefix`,
    en: `The seals of ${context} in the database are not those of the data folder. Drop the databases and begin anew, or choose other names with --database-prefix.`,
  });
