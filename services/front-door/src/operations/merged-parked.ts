import { decodeCursor, encodeCursor, pageQuery, type ParkedList } from '@faemban/nest-kit';
import { z } from 'zod';
import { serviceNames, type ServiceName } from '../routes';

/** What of the query is read here; the rest goes to the services as it is. */
export const parkedPageQuery = z.looseObject(pageQuery);
/** A place in the joined list: a service, and the place in its own list, '' at the beginning. */
const cursorSchema = z.tuple([z.enum(serviceNames), z.string()]);

/** Asks one service for a page of its list; undefined where it knows nothing of the view that is meant. */
export type AskParked = (
  service: ServiceName,
  page: { readonly after?: string; readonly limit: number },
) => Promise<ParkedList | undefined>;

/**
 * A page of what is parked in all services: their lists one behind the other, their counts added up. Undefined where none knows the view.
 * @throws Problem 400 `cursor-malformed`
 */
export async function listAllParked(
  ask: AskParked,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<ParkedList | undefined> {
  const [from, afterThere] = after === undefined ? [serviceNames[0], ''] : decodeCursor(cursorSchema, after);
  const lists: ParkedList[] = [];
  const items: ParkedList['items'][number][] = [];
  let next: string | undefined;
  let isReached = false;
  for (const service of serviceNames) {
    const isFirst = service === from;
    isReached ||= isFirst;
    const missing = isReached && next === undefined ? limit - items.length : 0;
    const place = isFirst && afterThere !== '' ? { after: afterThere } : {};
    // Where nothing of a list is shown, its counts are wanted all the same, and whether there is anything to come.
    const list = await ask(service, { ...(isReached ? place : {}), limit: Math.max(1, missing) });
    if (list === undefined) continue;
    lists.push(list);
    if (!isReached || next !== undefined) continue;
    if (missing > 0) items.push(...list.items);
    if (missing > 0 && list.next !== undefined) next = encodeCursor([service, list.next]);
    if (missing === 0 && list.items.length > 0) next = encodeCursor([service, '']);
  }
  if (lists.length === 0) return undefined;
  const oldest = lists
    .filter(({ oldestAt }) => oldestAt !== null)
    .sort((one, other) => other.oldestSeconds - one.oldestSeconds)[0];
  return {
    total: lists.reduce((sum, { total }) => sum + total, 0),
    sequences: lists.reduce((sum, { sequences }) => sum + sequences, 0),
    oldestAt: oldest?.oldestAt ?? null,
    oldestSeconds: oldest?.oldestSeconds ?? 0,
    causes: lists.flatMap(({ causes }) => causes),
    items,
    ...(next === undefined ? {} : { next }),
  };
}
