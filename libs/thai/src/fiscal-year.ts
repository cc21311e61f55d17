import { BUDDHIST_ERA_OFFSET_YEARS } from './thai-date';
import { requireIsoDay } from './iso-day';

/** A quarter of the Thai fiscal year. `fiscalYear` is the Buddhist Era year in which it ends; quarter 1 is October–December. */
export type FiscalQuarter = { readonly fiscalYear: number; readonly quarter: 1 | 2 | 3 | 4 };

const QUARTERS = [
  { first: '10-01', last: '12-31' },
  { first: '01-01', last: '03-31' },
  { first: '04-01', last: '06-30' },
  { first: '07-01', last: '09-30' },
] as const;

/**
 * The fiscal quarter (ปีงบประมาณ, ไตรมาส) of an ISO day. Throws a RangeError when the text is not an ISO day.
 *
 * @example fiscalQuarterOf('2021-08-03') // { fiscalYear: 2564, quarter: 4 }
 */
export function fiscalQuarterOf(isoDay: string): FiscalQuarter {
  requireIsoDay(isoDay);
  const year = Number(isoDay.slice(0, 4));
  const month = Number(isoDay.slice(5, 7));
  const fiscalYear = year + BUDDHIST_ERA_OFFSET_YEARS + (month >= 10 ? 1 : 0);
  const quarter = ((Math.floor((month - 1) / 3) + 1) % 4) + 1;
  return { fiscalYear, quarter: quarter as FiscalQuarter['quarter'] };
}

/** First and last ISO day of a fiscal quarter, both inclusive. */
export function daysOfFiscalQuarter({ fiscalYear, quarter }: FiscalQuarter): { first: string; last: string } {
  const year = fiscalYear - BUDDHIST_ERA_OFFSET_YEARS - (quarter === 1 ? 1 : 0);
  const { first, last } = QUARTERS[quarter - 1] ?? QUARTERS[0];
  return { first: `${year}-${first}`, last: `${year}-${last}` };
}

/** First and last ISO day of a fiscal year (Buddhist Era), both inclusive: 1 October to 30 September. */
export function daysOfFiscalYear(fiscalYear: number): { first: string; last: string } {
  return {
    first: daysOfFiscalQuarter({ fiscalYear, quarter: 1 }).first,
    last: daysOfFiscalQuarter({ fiscalYear, quarter: 4 }).last,
  };
}
