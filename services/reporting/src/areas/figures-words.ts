import { dimensionNames, type DimensionName } from '@faemban/contracts';
import type { Sentence } from '@faemban/event-sourcing';

const households: Sentence = { th: 'ครัวเรือน', en: 'households' };
const persons: Sentence = { th: 'คน', en: 'persons' };

/** The unit of every figure, by its name in the answer. */
export const figureUnits = {
  households,
  members: persons,
  registered: persons,
  verified: persons,
  elderly: persons,
  disabled: persons,
  chronic: persons,
  happinessMean: { th: 'คะแนนเฉลี่ย 0–10 ต่อครัวเรือน', en: 'mean points 0–10 per household' },
  poorHouseholds: households,
  poorPersons: persons,
  poorRegistered: persons,
  targetPersons: persons,
  targetByDimension: persons,
  ratePercent: { th: 'ร้อยละของสมาชิก', en: 'per cent of members' },
  applicable: persons,
  failed: persons,
  targetByIndicator: persons,
} as const satisfies Readonly<Record<string, Sentence>>;

/** Where every figure comes from. */
export const figureSource: Sentence = {
  th: 'แบบสำรวจ จปฐ. และทะเบียนสวัสดิการแห่งรัฐ คำนวณโดยแฟ้มบ้านตามเกณฑ์ที่ระบุ',
  en: 'BMN household survey and state-welfare register, computed by Faemban under the ruleset named',
};

/** What is kept back in figures that leave the area scope. */
export const withheldNote: Sentence = {
  th: 'ค่าว่างคือตัวเลขที่ปกปิด: จำนวน 1–4 และตัวเลขอื่นที่หากแสดงจะคำนวณย้อนได้',
  en: 'An empty figure is withheld: a count of 1–4, or one from which such a count could be worked out.',
};

/** The figures of a CSV line in order: column (with its unit) and name in the answer. */
export const csvFigures = [
  ['households_count', 'households'],
  ['members_persons', 'members'],
  ['registered_persons', 'registered'],
  ['verified_persons', 'verified'],
  ['elderly_persons', 'elderly'],
  ['disabled_persons', 'disabled'],
  ['chronic_persons', 'chronic'],
  ['happiness_mean_points', 'happinessMean'],
  ['poor_households_count', 'poorHouseholds'],
  ['poor_persons', 'poorPersons'],
  ['poor_registered_persons', 'poorRegistered'],
  ['target_persons', 'targetPersons'],
  ['rate_percent', 'ratePercent'],
] as const;

/** The dimensions of a CSV line in order. */
export const csvDimensions: readonly (readonly [column: string, dimension: DimensionName])[] = dimensionNames.map(
  (dimension) => [`target_${dimension}_persons`, dimension],
);
