import { THRESHOLDS } from './indicators';
import type { Random } from './random';
import type { Answer } from './village';

/** Yearly income of a household by source, as text in baht. */
export type WrittenIncome = { main: string; secondary: string; other: string; ownProduce: string };

const MEAN_SURPLUS_BAHT = 42_000;
const SATANG_SHARE = 0.04;

/** Incomes that give exactly this answer to indicator 22; where it is unknown, they are above the threshold. */
export function incomeFor(answer: Answer, members: number, random: Random): WrittenIncome {
  const threshold = THRESHOLDS.incomeBahtPerPersonYear * members;
  const perPerson =
    answer === '0'
      ? 4_000 + random.int(THRESHOLDS.incomeBahtPerPersonYear - 4_500)
      : THRESHOLDS.incomeBahtPerPersonYear - Math.log(1 - random.next()) * MEAN_SURPLUS_BAHT;
  // A household at the very edge now and then: the threshold itself passes, a baht less fails.
  const atEdge = random.chance(0.01);
  const total = atEdge ? threshold - (answer === '0' ? 1 : 0) : roundedTo100(perPerson * members, answer === '0');
  const secondary = random.chance(0.35) ? Math.floor(total * random.next() * 0.3) : 0;
  const other = random.chance(0.3) ? Math.floor(total * random.next() * 0.15) : 0;
  const ownProduce = random.chance(0.5) ? Math.floor(total * random.next() * 0.15) : 0;
  const main = total - secondary - other - ownProduce;
  if (secondary > 0 && random.chance(SATANG_SHARE)) {
    // What one source has in satang the other lacks, so that the sum stays.
    const satang = random.between(1, 99);
    return {
      main: withSatang(main - 1, 100 - satang),
      secondary: withSatang(secondary, satang),
      other: String(other),
      ownProduce: String(ownProduce),
    };
  }
  return { main: String(main), secondary: String(secondary), other: String(other), ownProduce: String(ownProduce) };
}

function roundedTo100(baht: number, down: boolean): number {
  return (down ? Math.floor(baht / 100) : Math.ceil(baht / 100)) * 100;
}

function withSatang(baht: number, satang: number): string {
  return `${baht}.${String(satang).padStart(2, '0')}`;
}

/** The lowest birth weight, in grams; blank where indicator 1 is not answered. */
export function birthWeightFor(answer: Answer, random: Random): string {
  if (answer === '1') return String(THRESHOLDS.birthWeightGrams + 10 * random.int(140));
  return answer === '0' ? String(THRESHOLDS.birthWeightGrams - 10 * random.between(1, 110)) : '';
}

/** Litres per person and day; blank where the indicator is not answered. */
export function waterFor(answer: Answer, threshold: number, random: Random): string {
  if (answer === '1') return String(threshold + random.int(threshold + 1));
  return answer === '0' ? String(Math.max(1, threshold - 1 - random.int(Math.ceil(threshold / 2)))) : '';
}
