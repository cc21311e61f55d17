import type { Ruleset, TpmapDimension } from './ruleset';

/**
 * TPMAP's rule of data year 2561: 17 of the 31 BMN indicators in five dimensions, no weights, no cut-off. Found by computation on
 * TPMAP's published village figures of 2561 and without contradiction in 84,090 rows; the survey kept its form from 2560 to 2564.
 *
 * `priority3of5` is "three of five: income, living, health" of the provincial meeting, read as those three all failed. The other
 * reading, any three, is `{ kind: 'atLeast', dimensions: 3 }`.
 */
export const tpmap2561: Ruleset<TpmapDimension> = {
  id: 'tpmap-2561',
  version: 1,
  title: { th: 'เกณฑ์ TPMAP ปีข้อมูล 2561', en: 'TPMAP rule of data year 2561' },
  dataYears: { from: 2560, to: 2564 },
  indicatorSet: 'bmn-2560',
  dimensions: [
    { key: 'health', th: 'สุขภาพ', en: 'Health', indicators: [1, 4, 5, 7], tpmapField: 'health' },
    { key: 'living', th: 'ความเป็นอยู่', en: 'Living standard', indicators: [8, 9, 10, 11], tpmapField: 'living' },
    { key: 'education', th: 'การศึกษา', en: 'Education', indicators: [15, 16, 17, 19], tpmapField: 'education' },
    { key: 'income', th: 'รายได้', en: 'Income', indicators: [20, 21, 22], tpmapField: 'income' },
    {
      key: 'access',
      th: 'การเข้าถึงบริการรัฐ',
      en: 'Access to public services',
      indicators: [27, 28],
      tpmapField: 'accessibility',
    },
  ],
  identification: { kind: 'any' },
  unknown: 'notFailed',
  notApplicable: 'notFailed',
  target: { kind: 'poorAndWelfareVerified' },
  flags: { priority3of5: { kind: 'namedSet', dimensions: ['health', 'living', 'income'] } },
};

/** Every ruleset that ships, each version once. */
export const rulesets: readonly Ruleset<TpmapDimension>[] = [tpmap2561];

/** The ruleset with an id and a version (the newest version when none is given), or undefined. */
export function findRuleset(id: string, version?: number): Ruleset<TpmapDimension> | undefined {
  return rulesets
    .filter((ruleset) => ruleset.id === id && (version === undefined || ruleset.version === version))
    .sort((left, right) => right.version - left.version)[0];
}
