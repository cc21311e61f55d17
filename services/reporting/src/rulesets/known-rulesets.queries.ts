import type { Answering } from '@faemban/nest-kit';
import { Problem } from '@faemban/nest-kit';
import { rulesets as shippedRulesets } from '@faemban/reference-data';
import { rulesetKey } from '../households/score-timeline';
import { publishedRulesets, rulebookId } from './published-rulesets.view';
import { RulesetList } from './ruleset-list';

/**
 * The rulesets that have been published. Before the first of their events has arrived here, those that ship with the product: nobody is
 * scored under others by then.
 */
export async function knownRulesets({ view }: Pick<Answering, 'view'>): Promise<RulesetList> {
  const found = (await view(publishedRulesets).get([rulebookId])).get(rulebookId)?.rulesets ?? [];
  return new RulesetList(found.length > 0 ? found : shippedRulesets.map((ruleset) => ({ ruleset, isApplied: true })));
}

/** @throws Problem 404 `ruleset-unknown`, saying which there are */
export function rulesetUnknown(list: RulesetList): Problem {
  const known = list.all
    .map(({ ruleset }) => `${rulesetKey(ruleset)} (${ruleset.dataYears.from}–${ruleset.dataYears.to})`)
    .join(', ');
  return new Problem(404, 'ruleset-unknown', {
    th: `ไม่มีเกณฑ์ที่ขอ หรือไม่มีเกณฑ์สำหรับปีข้อมูลนี้ เกณฑ์ที่มีคือ ${known}`,
    en: `There is no such ruleset, or none for this data year. There is: ${known}.`,
  });
}
