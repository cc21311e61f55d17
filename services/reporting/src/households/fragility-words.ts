import type { Sentence } from '@faemban/event-sourcing';
import { fragileGroups } from './fragile-groups';
import type { FragilityEntry } from './household-history.view';

/** What a list of fragile households said of a household, and the groups it has with that. `before` are earlier entries of this kind. */
export function fragilitySentence(entry: FragilityEntry, before: readonly FragilityEntry[]): Sentence {
  const { listYear, source, fragile, tpmap } = entry;
  const correctsIt = entry.corrects !== undefined;
  const groups = fragileGroups([...before, entry]);
  const kept = [
    ...(groups.fragile !== null && !fragile ? [{ th: 'กลุ่มครัวเรือนเปราะบาง', en: 'fragile', year: groups.fragile }] : []),
    ...(groups.tpmap !== null && !tpmap ? [{ th: 'กลุ่มเป้าหมาย TPMAP', en: 'target of TPMAP', year: groups.tpmap }] : []),
  ];
  const isCritical = groups.fragile !== null && groups.tpmap !== null;
  const said = saidBy(fragile, tpmap);
  const keptTh = kept.map(({ th, year }) => `${th}ที่ได้จากรายชื่อปี ${year}`).join(' และ');
  const keptEn = kept.map(({ en, year }) => `${en}, gained with the list of ${year}`).join('; ');
  return {
    th: `${correctsIt ? 'แก้ไขรายชื่อ' : 'รายชื่อ'}ครัวเรือนเปราะบางปี ${listYear} จากแหล่ง ${source}: ${said.th}${kept.length > 0 ? ` (ยังคงอยู่ใน${keptTh})` : ''}${isCritical ? ' เป็นครัวเรือนเปราะบางวิกฤต' : ''}`,
    en: `${correctsIt ? 'Corrected list' : 'List'} of fragile households of ${listYear} from ${source}: ${said.en}${kept.length > 0 ? ` (it keeps: ${keptEn})` : ''}${isCritical ? '; the household is fragile and critical' : ''}.`,
  };
}

function saidBy(fragile: boolean, tpmap: boolean): Sentence {
  if (fragile && tpmap) return { th: 'เปราะบาง และเป็นเป้าหมาย TPMAP', en: 'fragile, and a target of TPMAP' };
  if (fragile) return { th: 'เปราะบาง ไม่เป็นเป้าหมาย TPMAP', en: 'fragile, not a target of TPMAP' };
  if (tpmap) return { th: 'ไม่เปราะบาง เป็นเป้าหมาย TPMAP', en: 'not fragile, a target of TPMAP' };
  return { th: 'ไม่เปราะบาง และไม่เป็นเป้าหมาย TPMAP', en: 'neither fragile nor a target of TPMAP' };
}
