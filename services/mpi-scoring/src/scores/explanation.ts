import type { Sentence } from '@faemban/event-sourcing';
import { findIndicatorSet, type Indicator, type Ruleset, type TpmapDimension } from '@faemban/reference-data';
import { formatThaiDate } from '@faemban/thai';
import { flagsOf } from '../method/assess';
import { whatWouldChange, type Change } from '../method/what-would-change';
import type { ShownScore } from './household-scores.view';

/** Why one indicator failed, with where the answer comes from. */
export interface ExplainedIndicator {
  readonly indicator: number;
  readonly name: Sentence;
  readonly dimension: string | null;
  readonly answer: 'fail' | 'unknown' | 'notApplicable';
  readonly measured?: { readonly value: number; readonly threshold: number; readonly unit: string };
  readonly source: string;
  readonly surveyedOn: string;
  readonly sentence: Sentence;
}

/** A score that explains itself. */
export interface ExplainedScore {
  readonly sentence: Sentence;
  readonly failed: readonly ExplainedIndicator[];
  /** Further groups the household belongs to under the ruleset, such as `priority3of5`. */
  readonly flags: Readonly<Record<string, boolean>>;
  readonly whatWouldChange: (Change & { readonly sentence: Sentence }) | null;
}

/** Explains a score in Thai and English, by the ruleset it was made under. */
export function explainScore(score: ShownScore, ruleset: Ruleset<TpmapDimension>): ExplainedScore {
  const failures = {
    failedIndicators: score.failed.map(({ indicator }) => indicator),
    failedDimensions: score.failedDimensions,
  };
  const change = whatWouldChange(ruleset, failures);
  return {
    sentence: summary(score, ruleset),
    failed: score.failed.map((failed) => explainIndicator(failed, score, ruleset)),
    flags: flagsOf(ruleset, failures),
    whatWouldChange: change ? { ...change, sentence: changeSentence(change, score, ruleset) } : null,
  };
}

function summary(score: ShownScore, ruleset: Ruleset<TpmapDimension>): Sentence {
  const { isPoor, targetPersons, members, validFrom, round } = score;
  const day = formatThaiDate(validFrom);
  const names = dimensionNames(score.failedDimensions, ruleset);
  if (!isPoor) {
    return {
      th: `ครัวเรือนไม่เข้าเกณฑ์ยากจนตาม${ruleset.title.th} รอบปี ${round} (มีผลตั้งแต่ ${day})`,
      en: `The household is not poor under the ${ruleset.title.en}, round ${round} (valid from ${validFrom}).`,
    };
  }
  return {
    th: `ครัวเรือนเข้าเกณฑ์ยากจนตาม${ruleset.title.th} รอบปี ${round} เพราะตกเกณฑ์ด้าน${names.th} มีคนจนเป้าหมาย ${targetPersons} คน จากสมาชิก ${members} คน (มีผลตั้งแต่ ${day})`,
    en: `The household is poor under the ${ruleset.title.en}, round ${round}, for failing ${names.en}; ${targetPersons} of its ${members} members are target persons (valid from ${validFrom}).`,
  };
}

function explainIndicator(
  { indicator, dimension, measured }: ShownScore['failed'][number],
  score: ShownScore,
  ruleset: Ruleset<TpmapDimension>,
): ExplainedIndicator {
  const { th, en } = indicatorOf(indicator, ruleset);
  const survey = score.basedOn.find(({ kind }) => kind === 'survey');
  const source = survey?.source ?? '';
  const surveyedOn = survey?.validFrom ?? score.validFrom;
  const answer = answerNames[score.answers[indicator - 1] ?? 'u'] ?? 'unknown';
  const said = answerTexts[answer];
  const figures = measured && {
    th: `: วัดได้ ${numberText(measured.value)} เกณฑ์คือไม่น้อยกว่า ${numberText(measured.threshold)} ${thaiUnits[measured.unit] ?? measured.unit}`,
    en: `: ${numberText(measured.value)} against at least ${numberText(measured.threshold)} ${measured.unit}`,
  };
  const uncounted = dimension === null ? notUsed : { th: '', en: '' };
  const origin = {
    th: ` (แหล่งข้อมูล ${source} วันที่ ${formatThaiDate(surveyedOn)} ${ruleset.title.th})`,
    en: ` (source ${source}, ${surveyedOn}, ${ruleset.title.en})`,
  };
  return {
    indicator,
    name: { th, en },
    dimension,
    answer,
    ...(measured ? { measured } : {}),
    source,
    surveyedOn,
    sentence: {
      th: `ตัวชี้วัดที่ ${indicator} ${th}: ${said.th}${figures?.th ?? ''}${uncounted.th}${origin.th}`,
      en: `Indicator ${indicator}, ${en}: ${said.en}${figures?.en ?? ''}${uncounted.en}${origin.en}.`,
    },
  };
}

function changeSentence(change: Change, score: ShownScore, ruleset: Ruleset<TpmapDimension>): Sentence {
  const options = change.options.map(({ dimension, indicators }) => {
    const label = dimension === null ? undefined : dimensionNames([dimension], ruleset);
    const numbers = indicators.join(', ');
    return {
      th: label ? `ด้าน${label.th} (ตัวชี้วัดที่ ${numbers})` : `ตัวชี้วัดที่ ${numbers}`,
      en: label ? `${label.en} (indicators ${numbers})` : `indicator ${numbers}`,
    };
  });
  const th = options.map((option) => option.th).join(' · ');
  const en = options.map((option) => option.en).join('; ');
  const { count } = change;
  if (change.toward === 'poor') {
    return {
      th: `จะเข้าเกณฑ์ยากจนเมื่อตกเกณฑ์อย่างน้อย ${count} ข้อใน: ${th}`,
      en: `It would be poor on failing at least ${count} of: ${en}.`,
    };
  }
  const isAll = count === change.options.length;
  const steps = score.failed.flatMap(({ indicator, measured }) => {
    const isNeeded = change.options.some(({ indicators }) => indicators.includes(indicator));
    return isNeeded && measured ? [stepSentence(indicator, measured)] : [];
  });
  const stepsTh = steps.map((step) => ` ${step.th}`).join('');
  const stepsEn = steps.map((step) => ` ${step.en}`).join('');
  return {
    th: `จะพ้นเกณฑ์ยากจนเมื่อผ่าน${isAll ? 'ทั้งหมด' : ` ${count} ข้อ`}ใน: ${th}${stepsTh}`,
    en: `It would no longer be poor on passing ${isAll ? 'all' : count} of: ${en}.${stepsEn}`,
  };
}

const decimals = 2;

function stepSentence(
  indicator: number,
  { value, threshold, unit }: { value: number; threshold: number; unit: string },
): Sentence {
  const missing = numberText(Number((threshold - value).toFixed(decimals)));
  return {
    th: `ตัวชี้วัดที่ ${indicator} ขาดอีก ${missing} ${thaiUnits[unit] ?? unit}`,
    en: `Indicator ${indicator} lacks ${missing} ${unit}.`,
  };
}

const answerNames: Readonly<Record<string, ExplainedIndicator['answer']>> = {
  f: 'fail',
  u: 'unknown',
  n: 'notApplicable',
};
const answerTexts: Readonly<Record<ExplainedIndicator['answer'], Sentence>> = {
  fail: { th: 'ไม่ผ่านเกณฑ์', en: 'failed' },
  unknown: { th: 'ไม่มีคำตอบ นับเป็นไม่ผ่านตามเกณฑ์นี้', en: 'not answered, which this rule counts as failed' },
  notApplicable: { th: 'ไม่เกี่ยวข้อง นับเป็นไม่ผ่านตามเกณฑ์นี้', en: 'not applicable, which this rule counts as failed' },
};
const notUsed: Sentence = { th: ' (ไม่ใช้ตัดสินความยากจน)', en: ' (not used to decide who is poor)' };
const thaiUnits: Readonly<Record<string, string>> = {
  g: 'กรัม',
  'l/person/day': 'ลิตรต่อคนต่อวัน',
  'baht/person/year': 'บาทต่อคนต่อปี',
};

function indicatorOf(number: number, ruleset: Ruleset): Pick<Indicator, 'th' | 'en'> {
  const found = findIndicatorSet(ruleset.indicatorSet)?.indicators.find((indicator) => indicator.number === number);
  return found ?? { th: '', en: '' };
}

function dimensionNames(keys: readonly string[], ruleset: Ruleset<TpmapDimension>): Sentence {
  const dimensions = ruleset.dimensions.filter(({ key }) => keys.includes(key));
  return { th: dimensions.map(({ th }) => th).join(' '), en: dimensions.map(({ en }) => en.toLowerCase()).join(', ') };
}

/** With thousands separated, as both languages write numbers. */
function numberText(value: number): string {
  const [whole = '', fraction] = String(value).split('.');
  const separated = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? separated : `${separated}.${fraction}`;
}
