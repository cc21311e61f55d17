import type { Sentence } from '@faemban/event-sourcing';
import { areaName, findIndicatorSet } from '@faemban/reference-data';
import { formatBaht } from '@faemban/thai';
import { fragilitySentence } from './fragility-words';
import type { RulesetList } from '../rulesets/ruleset-list';
import type {
  FragilityEntry,
  HistoryEntry,
  RegisteredEntry,
  ScoredEntry,
  ScoreWithdrawnEntry,
  SurveyedEntry,
  WithdrawnEntry,
} from './household-history.view';

/** What an entry says happened, and what it changed against the entry before it of the same kind that had not been withdrawn. */
export function whatHappened(
  entry: HistoryEntry,
  earlier: readonly HistoryEntry[],
  rulesets: Pick<RulesetList, 'byKey'>,
): Sentence {
  const before = standing(earlier);
  switch (entry.type) {
    case 'HouseholdListed':
      return {
        th: `บันทึกครัวเรือนเข้าทะเบียนจากแหล่ง ${entry.source} พื้นที่ ${areaText(entry.village, 'th')}`,
        en: `Entered in the list of households from ${entry.source}, in ${areaText(entry.village, 'en')}.`,
      };
    case 'HouseholdSurveyed':
      return surveyed(
        entry,
        lastOf(before, (other): other is SurveyedEntry => other.type === entry.type),
      );
    case 'WelfareRegistrationRecorded':
      return registered(
        entry,
        lastOf(before, (other): other is RegisteredEntry => other.type === entry.type),
      );
    case 'FragilityRecorded':
      return fragilitySentence(
        entry,
        before.filter((other): other is FragilityEntry => other.type === entry.type),
      );
    case 'HouseholdScored':
      return scored(entry, scoreBefore(entry, before), rulesets);
    case 'HouseholdSurveyWithdrawn':
    case 'WelfareRegistrationWithdrawn':
    case 'FragilityWithdrawn':
      return factWithdrawn(entry);
    case 'HouseholdScoreWithdrawn':
      return {
        th: `ถอนผลคะแนนรอบปี ${entry.round} ตามเกณฑ์ ${entry.ruleset} ตั้งแต่วันที่ ${entry.validFrom} เพราะข้อมูลที่ใช้คำนวณถูกถอน`,
        en: `The scores of round ${entry.round} under ${entry.ruleset} were withdrawn from ${entry.validFrom} on, because what they were made of was.`,
      };
  }
}

/** Entries without the facts that were taken back: each withdrawal names the event it puts right. */
function standing(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const gone = new Set(
    entries.flatMap(({ type, corrects }) =>
      type === 'HouseholdSurveyWithdrawn' || type === 'WelfareRegistrationWithdrawn' || type === 'FragilityWithdrawn'
        ? [corrects]
        : [],
    ),
  );
  return gone.size === 0 ? entries : entries.filter(({ eventId }) => !gone.has(eventId));
}

/** The score before of the same round and ruleset, unless it was withdrawn. */
function scoreBefore({ ruleset, round }: ScoredEntry, before: readonly HistoryEntry[]): ScoredEntry | undefined {
  const last = lastOf(
    before,
    (other): other is ScoredEntry | ScoreWithdrawnEntry =>
      (other.type === 'HouseholdScored' || other.type === 'HouseholdScoreWithdrawn') &&
      other.ruleset === ruleset &&
      other.round === round,
  );
  return last?.type === 'HouseholdScored' ? last : undefined;
}

function factWithdrawn({ type, source, year, isEarlierRestored }: WithdrawnEntry): Sentence {
  const thai = {
    HouseholdSurveyWithdrawn: `ผลสำรวจรอบปี ${year}`,
    WelfareRegistrationWithdrawn: `ข้อมูลทะเบียนสวัสดิการแห่งรัฐปี ${year}`,
    FragilityWithdrawn: `ข้อมูลรายชื่อครัวเรือนเปราะบางปี ${year}`,
  }[type];
  const english = {
    HouseholdSurveyWithdrawn: `The survey of round ${year}`,
    WelfareRegistrationWithdrawn: `What the state-welfare register of ${year} said`,
    FragilityWithdrawn: `What the list of fragile households of ${year} said`,
  }[type];
  return {
    th: `ถอน${thai} จากแหล่ง ${source} พร้อมการนำเข้าที่นำมา ${isEarlierRestored ? 'ข้อมูลเดิมกลับมามีผล' : 'ไม่มีข้อมูลเดิม'}`,
    en: `${english} from ${source} was withdrawn with its import. ${isEarlierRestored ? 'What was known before is in force again.' : 'Nothing had been known before.'}`,
  };
}

function lastOf<Entry extends HistoryEntry>(
  entries: readonly HistoryEntry[],
  isWanted: (entry: HistoryEntry) => entry is Entry,
): Entry | undefined {
  return entries.findLast(isWanted);
}

function surveyed(entry: SurveyedEntry, before: SurveyedEntry | undefined): Sentence {
  const { round, source, members, incomeSatang, answers } = entry;
  const failed = [...answers].filter((answer) => answer === 'f').length;
  const isCorrection = before?.round === round;
  const changes = before ? surveyChanges(entry, before) : undefined;
  const changed = changes ?? { th: '', en: '' };
  return {
    th: `${isCorrection ? 'แก้ไขผลสำรวจ' : 'สำรวจ'}รอบปี ${round} จากแหล่ง ${source}: สมาชิก ${members} คน รายได้รวม ${formatBaht(incomeSatang)} บาทต่อปี ตกตัวชี้วัด ${failed} ข้อ${changed.th}`,
    en: `${isCorrection ? 'The survey was corrected' : 'Surveyed'}, round ${round}, from ${source}: ${members} members, ${formatBaht(incomeSatang)} baht a year together, indicators failed: ${failed}.${changed.en}`,
  };
}

function surveyChanges(entry: SurveyedEntry, before: SurveyedEntry): Sentence {
  const th: string[] = [];
  const en: string[] = [];
  const moved = indicatorsThat(entry, before, (now, then) => now === 'f' && then !== 'f');
  const recovered = indicatorsThat(entry, before, (now, then) => now !== 'f' && then === 'f');
  const others = indicatorsThat(entry, before, (now, then) => now !== 'f' && then !== 'f' && now !== then);
  const note = (isNoted: boolean, thai: string, english: string): void => {
    if (!isNoted) return;
    th.push(thai);
    en.push(english);
  };
  note(moved.length > 0, `ตกเพิ่มตัวชี้วัดที่ ${moved.join(', ')}`, `newly failed: ${moved.join(', ')}`);
  note(recovered.length > 0, `ไม่ตกแล้วตัวชี้วัดที่ ${recovered.join(', ')}`, `no longer failed: ${recovered.join(', ')}`);
  note(others.length > 0, `คำตอบเปลี่ยนตัวชี้วัดที่ ${others.join(', ')}`, `answered otherwise: ${others.join(', ')}`);
  note(
    entry.members !== before.members,
    `สมาชิกจาก ${before.members} เป็น ${entry.members} คน`,
    `members from ${before.members} to ${entry.members}`,
  );
  const [now, then] = [formatBaht(entry.incomeSatang), formatBaht(before.incomeSatang)];
  note(now !== then, `รายได้จาก ${then} เป็น ${now} บาท`, `income from ${then} to ${now} baht`);
  note(
    entry.happiness !== before.happiness,
    `ความสุขจาก ${before.happiness ?? 'ไม่ระบุ'} เป็น ${entry.happiness ?? 'ไม่ระบุ'}`,
    `happiness from ${before.happiness ?? 'unknown'} to ${entry.happiness ?? 'unknown'}`,
  );
  note(
    entry.village !== before.village,
    `ย้ายพื้นที่จาก ${areaText(before.village, 'th')} เป็น ${areaText(entry.village, 'th')}`,
    `moved from ${areaText(before.village, 'en')} to ${areaText(entry.village, 'en')}`,
  );
  return th.length === 0
    ? { th: ' (ไม่ต่างจากครั้งก่อน)', en: ' Nothing differs from the time before.' }
    : { th: ` เทียบครั้งก่อน: ${th.join('; ')}`, en: ` Against the time before: ${en.join('; ')}.` };
}

function indicatorsThat(
  entry: SurveyedEntry,
  before: SurveyedEntry,
  isWanted: (now: string, then: string) => boolean,
): readonly number[] {
  return [...entry.answers].flatMap((now, index) => (isWanted(now, before.answers[index] ?? 'u') ? [index + 1] : []));
}

function registered(entry: RegisteredEntry, before: RegisteredEntry | undefined): Sentence {
  const { registerYear, source } = entry;
  const changed = before && before.registerYear === registerYear;
  return {
    th: `ทะเบียนสวัสดิการแห่งรัฐปี ${registerYear} จากแหล่ง ${source}: ลงทะเบียน ${entry.registered} คน ผ่านการตรวจสอบ ${entry.verified} คน${changed ? ` (เดิม ${before.registered} และ ${before.verified} คน)` : ''}`,
    en: `State-welfare register of ${registerYear} from ${source}: ${entry.registered} persons registered, ${entry.verified} verified${changed ? ` (before: ${before.registered} and ${before.verified})` : ''}.`,
  };
}

function scored(entry: ScoredEntry, before: ScoredEntry | undefined, rulesets: Pick<RulesetList, 'byKey'>): Sentence {
  const { ruleset, round, isPoor, targetPersons, members } = entry;
  const now = resultText(entry, rulesets);
  const then = before && resultText(before, rulesets);
  const from = then && (then.en !== now.en ? { th: ` (เดิม${then.th})`, en: ` (before: ${then.en})` } : unchanged);
  const indicators = entry.failed.map(({ indicator }) => indicator);
  return {
    th: `คำนวณคะแนนรอบปี ${round} ตามเกณฑ์ ${ruleset}: ${now.th}${isPoor ? ` คนจนเป้าหมาย ${targetPersons} จาก ${members} คน` : ''}${indicators.length > 0 ? ` ตัวชี้วัดที่ตก: ${indicators.join(', ')}` : ''}${from?.th ?? ''}`,
    en: `Scored for round ${round} under ${ruleset}: ${now.en}${isPoor ? `, ${targetPersons} of ${members} members are target persons` : ''}${indicators.length > 0 ? `; failed indicators: ${indicators.join(', ')}` : ''}${from?.en ?? ''}.`,
  };
}

const unchanged: Sentence = { th: ' (ผลไม่เปลี่ยน)', en: ' (the result is the same)' };

function resultText(
  { isPoor, failedDimensions, ruleset }: ScoredEntry,
  rulesets: Pick<RulesetList, 'byKey'>,
): Sentence {
  if (!isPoor) return { th: 'ไม่เข้าเกณฑ์ยากจน', en: 'not poor' };
  const dimensions = rulesets.byKey(ruleset)?.dimensions ?? [];
  const failed = dimensions.filter(({ key }) => failedDimensions.includes(key));
  return {
    th: `เข้าเกณฑ์ยากจนด้าน${failed.map(({ th }) => th).join(' ')}`,
    en: `poor for failing ${failed.map(({ en }) => en.toLowerCase()).join(', ')}`,
  };
}

/** An indicator's name in the set a ruleset uses; empty where it is not known. */
export function indicatorName(rulesets: Pick<RulesetList, 'byKey'>, ruleset: string, indicator: number): Sentence {
  const set = findIndicatorSet(rulesets.byKey(ruleset)?.indicatorSet ?? '');
  const found = set?.indicators.find(({ number }) => number === indicator);
  return { th: found?.th ?? '', en: found?.en ?? '' };
}

function areaText(code: string, language: 'th' | 'en'): string {
  return `${areaName(code, language)} (${code})`;
}
