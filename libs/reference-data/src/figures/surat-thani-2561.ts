/**
 * Figures of Surat Thani (84), data year 2561, computed from TPMAP's published statistics (NESDC and NECTEC; see NOTICE). Households
 * and persons as surveyed; "poor" fails at least one dimension; a target person is poor and passed the welfare verification.
 */
export type AreaFigures = {
  readonly code: string;
  readonly households: number;
  readonly persons: number;
  readonly poorHouseholds: number;
  readonly poorPersons: number;
  readonly targetPersons: number;
  /** Target persons failing each dimension; one person may be in several. */
  readonly health: number;
  readonly living: number;
  readonly education: number;
  readonly income: number;
  readonly access: number;
  /** Target persons failing any three dimensions or more. */
  readonly anyThree: number;
  /** Target persons failing health, living and income together. */
  readonly healthLivingIncome: number;
};

/** The province's totals, with the counts that are known for the whole province only. */
export const suratThaniProvinceFigures: AreaFigures & {
  readonly welfareRegistered: number;
  readonly welfareVerified: number;
  readonly poorWelfareRegistered: number;
  readonly elderly: number;
  readonly disabled: number;
  readonly chronicallyIll: number;
} = {
  code: '84',
  households: 205120,
  persons: 558163,
  poorHouseholds: 35306,
  poorPersons: 113524,
  targetPersons: 11648,
  health: 3586,
  living: 5154,
  education: 2692,
  income: 3201,
  access: 45,
  anyThree: 363,
  healthLivingIncome: 192,
  welfareRegistered: 63238,
  welfareVerified: 53306,
  poorWelfareRegistered: 13669,
  elderly: 94366,
  disabled: 3988,
  chronicallyIll: 8610,
};

/** One row a district, in the order of `AreaFigures`. */
// prettier-ignore
const districtRows: readonly (readonly [string, ...number[]])[] = [
  ['8401', 9181, 25853, 1153, 3772, 563, 186, 143, 67, 264, 4, 5, 2],
  ['8402', 23159, 65473, 4771, 14314, 1427, 531, 504, 275, 337, 1, 19, 10],
  ['8403', 8228, 20333, 1428, 3934, 471, 135, 169, 151, 122, 0, 15, 10],
  ['8404', 7993, 17473, 694, 2006, 169, 44, 31, 42, 76, 0, 3, 0],
  ['8405', 4364, 10365, 336, 1000, 64, 2, 30, 12, 27, 0, 0, 0],
  ['8406', 12252, 29834, 900, 2494, 309, 118, 72, 46, 146, 2, 9, 7],
  ['8407', 13332, 34406, 3565, 10005, 808, 268, 529, 140, 209, 3, 29, 18],
  ['8408', 12113, 31124, 2118, 6650, 739, 410, 515, 104, 105, 5, 22, 11],
  ['8409', 4392, 8810, 352, 1274, 97, 51, 3, 29, 24, 0, 0, 0],
  ['8410', 8516, 25244, 904, 3403, 342, 69, 26, 186, 81, 1, 0, 0],
  ['8411', 8168, 20204, 1139, 3749, 317, 30, 162, 74, 83, 3, 1, 1],
  ['8412', 14253, 43497, 1709, 6230, 750, 299, 115, 231, 210, 3, 9, 5],
  ['8413', 5564, 14862, 654, 2062, 198, 44, 122, 9, 49, 0, 4, 0],
  ['8414', 13997, 37876, 3341, 11324, 1253, 78, 987, 296, 19, 3, 7, 0],
  ['8415', 10989, 31669, 2218, 7497, 770, 225, 193, 160, 403, 6, 37, 16],
  ['8416', 15845, 48283, 4114, 13933, 1298, 592, 502, 358, 264, 6, 60, 26],
  ['8417', 22724, 63831, 3549, 11575, 1201, 329, 530, 281, 528, 6, 87, 52],
  ['8418', 6147, 17357, 748, 2951, 317, 54, 133, 156, 73, 1, 13, 7],
  ['8419', 3903, 11669, 1613, 5351, 555, 121, 388, 75, 181, 1, 43, 27],
];

/** The 19 districts of Surat Thani, in the order of their codes. */
export const suratThaniDistrictFigures: readonly AreaFigures[] = districtRows.map(([code, ...figures]) => {
  const [households = 0, persons = 0, poorHouseholds = 0, poorPersons = 0, targetPersons = 0, ...rest] = figures;
  const [health = 0, living = 0, education = 0, income = 0, access = 0, anyThree = 0, healthLivingIncome = 0] = rest;
  return {
    code,
    households,
    persons,
    poorHouseholds,
    poorPersons,
    targetPersons,
    health,
    living,
    education,
    income,
    access,
    anyThree,
    healthLivingIncome,
  };
});

/**
 * Target persons of the province by the exact set of dimensions their household fails. The key is a mask in the order health,
 * living, education, income, access: `10010` is health and income and nothing else. The 31 cells add up to all target persons.
 */
export const suratThaniTargetPersonsByExactMask: Readonly<Record<string, number>> = {
  '10000': 1851,
  '01000': 3127,
  '00100': 1927,
  '00010': 2084,
  '00001': 22,
  '11000': 1060,
  '10100': 124,
  '10010': 250,
  '10001': 2,
  '01100': 258,
  '01010': 379,
  '01001': 4,
  '00110': 190,
  '00101': 1,
  '00011': 6,
  '11100': 68,
  '11010': 164,
  '11001': 3,
  '10110': 32,
  '10101': 0,
  '10011': 2,
  '01110': 61,
  '01101': 0,
  '01011': 2,
  '00111': 1,
  '11110': 28,
  '11101': 0,
  '11011': 0,
  '10111': 2,
  '01111': 0,
  '11111': 0,
};

/**
 * Per cent of persons in households an indicator applies to whose household fails it, by indicator number (index 0 is indicator
 * 1). For realistic examples; rounded to two decimals.
 */
// prettier-ignore
export const suratThaniFailurePercentByIndicator: readonly number[] = [
  0.18, 2.77, 0.03, 2.79, 2.07, 20.19, 1.95, 0.40, 1.06, 1.15, 8.13, 1.02, 3.42, 0.18, 0.36, 14.94, 5.52, 3.17, 0.44, 1.44, 6.39, 0.74, 29.76, 16.39, 28.74, 2.77, 0.11, 0.63, 0.15, 1.90, 1.01,
];
