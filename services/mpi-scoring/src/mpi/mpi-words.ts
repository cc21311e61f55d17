import type { Sentence } from '@faemban/event-sourcing';

/** Where the figures come from. */
export const mpiSource: Sentence = {
  th: 'แบบสำรวจ จปฐ. คำนวณโดยแฟ้มบ้านด้วยวิธี Alkire-Foster ตามข้อกำหนดที่แสดง',
  en: 'BMN household survey, computed by Faemban by the Alkire-Foster method under the specification shown',
};

/** A province's survey asks everybody: there is nothing to estimate, and a tiny standard error would only mislead. */
export const census: Sentence = {
  th: 'สำมะโน ไม่มีความคลาดเคลื่อนจากการสุ่มตัวอย่าง สำหรับพื้นที่เล็กให้ดูจำนวนนับ (persons, poor) ประกอบเสมอ',
  en: 'Census, no sampling error. For small areas always look at the counts (persons, poor) as well.',
};

const households: Sentence = { th: 'ครัวเรือน', en: 'households' };
const share: Sentence = { th: 'สัดส่วน 0–1', en: 'share, 0 to 1' };

/** The unit of every figure, by its name in the answer. `counted` is what was asked for: persons or households. */
export function mpiUnits(unit: 'persons' | 'households') {
  const counted: Sentence = unit === 'persons' ? { th: 'คน', en: 'persons' } : households;
  return {
    records: households,
    persons: counted,
    poorRecords: households,
    poor: counted,
    droppedRecords: households,
    droppedPersons: counted,
    H: { th: `สัดส่วนคนจน 0–1 ของ${counted.th}`, en: `headcount ratio, share of ${counted.en}` },
    A: {
      th: 'ความรุนแรงเฉลี่ยของคนจน 0–1 (ว่างเมื่อไม่มีคนจน)',
      en: 'intensity, mean score of the poor, 0 to 1; null where nobody is poor',
    },
    M0: { th: 'ดัชนีความยากจนหลายมิติ H × A', en: 'adjusted headcount ratio H × A' },
    M1: { th: 'ช่องว่างความยากจนปรับแล้ว', en: 'adjusted poverty gap' },
    M2: { th: 'ช่องว่างความยากจนกำลังสองปรับแล้ว', en: 'adjusted squared poverty gap' },
    share,
    contribution: { th: 'ส่วนของ M0', en: 'part of M0' },
    contributionShare: share,
  } as const;
}
