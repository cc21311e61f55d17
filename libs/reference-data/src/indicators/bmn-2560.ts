import type { Indicator, IndicatorSet } from './indicator';

/** The BMN poverty line of 2560–2564, baht per person per year. */
export const BMN_INCOME_LINE_BAHT = 38_000;

const indicators: readonly Indicator[] = [
  {
    number: 1,
    th: 'เด็กแรกเกิดมีน้ำหนัก 2,500 กรัมขึ้นไป',
    en: 'Newborns weigh 2,500 grams or more',
    unit: 'person',
    category: 1,
    appliesTo: { ageTo: 1 },
    threshold: { measure: 'lowestBirthWeight', min: 2500, unit: 'gram', rawFields: ['birth_weight_g_min'] },
  },
  {
    number: 2,
    th: 'เด็กแรกเกิดได้กินนมแม่อย่างเดียวอย่างน้อย 6 เดือนแรกติดต่อกัน',
    en: 'Newborns are fed on breast milk alone for the first six months',
    unit: 'person',
    category: 1,
    appliesTo: { ageTo: 1 },
  },
  {
    number: 3,
    th: 'เด็กแรกเกิดถึง 12 ปี ได้รับวัคซีนครบตามตาราง',
    en: 'Children up to 12 have all vaccinations of the schedule',
    unit: 'person',
    category: 1,
    appliesTo: { ageTo: 12 },
  },
  {
    number: 4,
    th: 'ครัวเรือนกินอาหารถูกสุขลักษณะ ปลอดภัย และได้มาตรฐาน',
    en: 'The household eats hygienic, safe and standard food',
    unit: 'household',
    category: 1,
    appliesTo: 'all',
  },
  {
    number: 5,
    th: 'ครัวเรือนมีการใช้ยาเพื่อบำบัด บรรเทาอาการเจ็บป่วยเบื้องต้นอย่างเหมาะสม',
    en: 'The household uses medicine for first illness properly',
    unit: 'household',
    category: 1,
    appliesTo: 'all',
  },
  {
    number: 6,
    th: 'คนอายุ 35 ปีขึ้นไป ได้รับการตรวจสุขภาพประจำปี',
    en: 'People of 35 and over have a yearly check-up',
    unit: 'person',
    category: 1,
    appliesTo: { ageFrom: 35 },
  },
  {
    number: 7,
    th: 'คนอายุ 6 ปีขึ้นไป ออกกำลังกายอย่างน้อยสัปดาห์ละ 3 วัน วันละ 30 นาที',
    en: 'People of 6 and over exercise at least three days a week, 30 minutes a day',
    unit: 'person',
    category: 1,
    appliesTo: { ageFrom: 6 },
  },
  {
    number: 8,
    th: 'ครัวเรือนมีความมั่นคงในที่อยู่อาศัย และบ้านมีสภาพคงทนถาวร',
    en: 'The household has a secure and durable dwelling',
    unit: 'household',
    category: 2,
    appliesTo: 'all',
  },
  {
    number: 9,
    th: 'ครัวเรือนมีน้ำสะอาดสำหรับดื่มและบริโภคเพียงพอตลอดปี อย่างน้อยคนละ 5 ลิตรต่อวัน',
    en: 'The household has enough clean drinking water all year, at least 5 litres per person per day',
    unit: 'household',
    category: 2,
    appliesTo: 'all',
    threshold: { measure: 'drinkingWater', min: 5, unit: 'litrePerPersonPerDay', rawFields: ['drinking_water_l'] },
  },
  {
    number: 10,
    th: 'ครัวเรือนมีน้ำใช้เพียงพอตลอดปี อย่างน้อยคนละ 45 ลิตรต่อวัน',
    en: 'The household has enough water for use all year, at least 45 litres per person per day',
    unit: 'household',
    category: 2,
    appliesTo: 'all',
    threshold: { measure: 'utilityWater', min: 45, unit: 'litrePerPersonPerDay', rawFields: ['utility_water_l'] },
  },
  {
    number: 11,
    th: 'ครัวเรือนมีการจัดบ้านเรือนเป็นระเบียบเรียบร้อย สะอาด และถูกสุขลักษณะ',
    en: 'The house is orderly, clean and hygienic',
    unit: 'household',
    category: 2,
    appliesTo: 'all',
  },
  {
    number: 12,
    th: 'ครัวเรือนไม่ถูกรบกวนจากมลพิษ',
    en: 'The household is not disturbed by pollution',
    unit: 'household',
    category: 2,
    appliesTo: 'all',
  },
  {
    number: 13,
    th: 'ครัวเรือนมีการป้องกันอุบัติภัยและภัยธรรมชาติอย่างถูกวิธี',
    en: 'The household guards against accidents and natural disasters properly',
    unit: 'household',
    category: 2,
    appliesTo: 'all',
  },
  {
    number: 14,
    th: 'ครัวเรือนมีความปลอดภัยในชีวิตและทรัพย์สิน',
    en: 'The household is safe in life and property',
    unit: 'household',
    category: 2,
    appliesTo: 'all',
  },
  {
    number: 15,
    th: 'เด็กอายุ 3–5 ปี ได้รับบริการเลี้ยงดูเตรียมความพร้อมก่อนวัยเรียน',
    en: 'Children of 3–5 have pre-school care',
    unit: 'person',
    category: 3,
    appliesTo: { ageFrom: 3, ageTo: 5 },
  },
  {
    number: 16,
    th: 'เด็กอายุ 6–14 ปี ได้รับการศึกษาภาคบังคับ 9 ปี',
    en: 'Children of 6–14 are in the nine years of compulsory schooling',
    unit: 'person',
    category: 3,
    appliesTo: { ageFrom: 6, ageTo: 14 },
  },
  {
    number: 17,
    th: 'เด็กจบชั้น ม.3 ได้เรียนต่อชั้น ม.4 หรือเทียบเท่า',
    en: 'Leavers of lower secondary school go on to upper secondary or the like',
    unit: 'person',
    category: 3,
    appliesTo: { situation: 'lowerSecondaryLeaverOfTheYear' },
  },
  {
    number: 18,
    th: 'คนที่จบการศึกษาภาคบังคับ 9 ปี ไม่ได้เรียนต่อและยังไม่มีงานทำ ได้รับการฝึกอบรมด้านอาชีพ',
    en: 'Those who left school after compulsory education and have no work are trained for a job',
    unit: 'person',
    category: 3,
    appliesTo: { situation: 'leftSchoolWithoutWork' },
  },
  {
    number: 19,
    th: 'คนอายุ 15–59 ปี อ่าน เขียนภาษาไทย และคิดเลขอย่างง่ายได้',
    en: 'People of 15–59 read and write Thai and do simple sums',
    unit: 'person',
    category: 3,
    appliesTo: { ageFrom: 15, ageTo: 59 },
  },
  {
    number: 20,
    th: 'คนอายุ 15–59 ปี มีอาชีพและรายได้',
    en: 'People of 15–59 have work and income',
    unit: 'person',
    category: 4,
    appliesTo: { ageFrom: 15, ageTo: 59, exceptUnableToHelpSelf: true, exceptFullTimeStudents: true },
  },
  {
    number: 21,
    th: 'คนอายุ 60 ปีขึ้นไป มีอาชีพและรายได้',
    en: 'People of 60 and over have work and income',
    unit: 'person',
    category: 4,
    appliesTo: { ageFrom: 60, exceptUnableToHelpSelf: true },
  },
  {
    number: 22,
    th: 'รายได้เฉลี่ยของคนในครัวเรือนต่อปี',
    en: 'Mean income per head per year reaches 38,000 baht',
    unit: 'household',
    category: 4,
    appliesTo: 'all',
    threshold: {
      measure: 'meanIncome',
      min: BMN_INCOME_LINE_BAHT,
      unit: 'bahtPerPersonPerYear',
      rawFields: ['income_main_baht', 'income_secondary_baht', 'income_other_baht', 'income_own_produce_baht'],
    },
  },
  {
    number: 23,
    th: 'ครัวเรือนมีการเก็บออมเงิน',
    en: 'The household saves money',
    unit: 'household',
    category: 4,
    appliesTo: 'all',
  },
  {
    number: 24,
    th: 'คนในครัวเรือนไม่ดื่มสุรา',
    en: 'Nobody in the household drinks alcohol',
    unit: 'person',
    category: 5,
    appliesTo: 'all',
  },
  {
    number: 25,
    th: 'คนในครัวเรือนไม่สูบบุหรี่',
    en: 'Nobody in the household smokes',
    unit: 'person',
    category: 5,
    appliesTo: 'all',
  },
  {
    number: 26,
    th: 'คนอายุ 6 ปีขึ้นไป ปฏิบัติกิจกรรมทางศาสนาอย่างน้อยสัปดาห์ละ 1 ครั้ง',
    en: 'People of 6 and over take part in religious practice at least once a week',
    unit: 'person',
    category: 5,
    appliesTo: { ageFrom: 6 },
  },
  {
    number: 27,
    th: 'ผู้สูงอายุได้รับการดูแลจากครอบครัว ชุมชน ภาครัฐ หรือภาคเอกชน',
    en: 'Elderly people are cared for by family, community, state or private bodies',
    unit: 'person',
    category: 5,
    appliesTo: { ageFrom: 60 },
  },
  {
    number: 28,
    th: 'ผู้พิการได้รับการดูแลจากครอบครัว ชุมชน ภาครัฐ หรือภาคเอกชน',
    en: 'Disabled people are cared for by family, community, state or private bodies',
    unit: 'person',
    category: 5,
    appliesTo: { health: 'disabled' },
  },
  {
    number: 29,
    th: 'ผู้ป่วยโรคเรื้อรังได้รับการดูแลจากครอบครัว ชุมชน ภาครัฐ หรือภาคเอกชน',
    en: 'The chronically ill are cared for by family, community, state or private bodies',
    unit: 'person',
    category: 5,
    appliesTo: { health: 'chronicallyIll' },
  },
  {
    number: 30,
    th: 'ครัวเรือนมีส่วนร่วมทำกิจกรรมสาธารณะเพื่อประโยชน์ของชุมชนหรือท้องถิ่น',
    en: 'The household takes part in public activities for its community',
    unit: 'household',
    category: 5,
    appliesTo: 'all',
  },
  {
    number: 31,
    th: 'ครอบครัวมีความอบอุ่น',
    en: 'The family is warm',
    unit: 'household',
    category: 5,
    appliesTo: 'all',
  },
];

/**
 * The 31 indicators of the household survey (จปฐ., BMN) of 2560–2564 in their numbers. Source: the questionnaire of the Community
 * Development Department; units from its national and Surat Thani reports of 2561.
 */
export const bmn2560: IndicatorSet = {
  id: 'bmn-2560',
  title: { th: 'ข้อมูลความจำเป็นพื้นฐาน (จปฐ.) ปี 2560–2564', en: 'Basic Minimum Needs (BMN) 2560–2564' },
  dataYears: { from: 2560, to: 2564 },
  categories: [
    { number: 1, th: 'สุขภาพ', en: 'Health' },
    { number: 2, th: 'สภาพแวดล้อม', en: 'Environment' },
    { number: 3, th: 'การศึกษา', en: 'Education' },
    { number: 4, th: 'การมีงานทำและรายได้', en: 'Work and income' },
    { number: 5, th: 'ค่านิยม', en: 'Values' },
  ],
  indicators,
};

/** Every indicator set there is. */
export const indicatorSets: readonly IndicatorSet[] = [bmn2560];

/** The indicator set with an id, or undefined. */
export function findIndicatorSet(id: string): IndicatorSet | undefined {
  return indicatorSets.find((set) => set.id === id);
}

/** The indicator with a number in a set. Throws a RangeError when the set has none. */
export function getIndicator(set: IndicatorSet, number: number): Indicator {
  const indicator = set.indicators[number - 1];
  if (indicator?.number !== number) throw new RangeError(`${set.id} has no indicator ${number}.`);
  return indicator;
}
