import { type Page } from '@faemban/event-sourcing';
import type { Answering } from '@faemban/nest-kit';
import { areaName } from '@faemban/reference-data';
import { householdList, type ListedHousehold } from './household-list.view';

/** Asks for households under an area, as they are now. */
export class ListHouseholds {
  constructor(
    readonly under: string,
    readonly limit: number,
    readonly after?: string,
    readonly isPoor?: boolean,
    readonly round?: number,
  ) {}
}

/** A household of the list with the name of its area. */
export interface NamedHousehold extends ListedHousehold {
  readonly areaName: { readonly th: string; readonly en: string };
}

/** Pages read at most to fill one answer; only a round that hardly any household is in needs more than one. */
const pagesReadMax = 20;

/** Households in the order of their village codes. Those of another round are passed over; a page may then be short of its limit. */
export async function listHouseholds(
  { under, limit, after, isPoor, round }: ListHouseholds,
  { view }: Answering,
): Promise<Page<NamedHousehold>> {
  const list = view(householdList);
  const items: NamedHousehold[] = [];
  let cursor = after;
  for (let pages = 0; pages < pagesReadMax; pages++) {
    const page = await list.find({
      ...(isPoor === undefined ? { index: 'byArea' } : { index: 'byPoverty', equals: [isPoor ? 1 : 0] }),
      prefix: under,
      limit: limit - items.length,
      ...(cursor === undefined ? {} : { after: cursor }),
    });
    for (const household of page.items) {
      if (round === undefined || household.round === round) items.push(named(household));
    }
    cursor = page.next;
    if (cursor === undefined || items.length >= limit) break;
  }
  return cursor === undefined ? { items } : { items, next: cursor };
}

function named(household: ListedHousehold): NamedHousehold {
  const { village } = household;
  return { ...household, areaName: { th: areaName(village, 'th'), en: areaName(village, 'en') } };
}
