export {
  IDENTITY_NUMBER_DIGITS,
  checkDigit,
  formatIdentityNumber,
  parseIdentityNumber,
  type IdentityNumberKind,
  type IdentityNumberProblem,
  type IdentityNumberProblemCode,
  type IdentityNumberReading,
} from './citizen-id';
export { compareThai, thaiCollator } from './collation';
export { digitValue, hasThaiDigits, toArabicDigits, toThaiDigits } from './digits';
export { daysOfFiscalQuarter, daysOfFiscalYear, fiscalQuarterOf, type FiscalQuarter } from './fiscal-year';
export { foreignCharacters, type ForeignCharacter } from './foreign-characters';
export { formatThaiDate, formatThaiInstant, type ThaiDateFormat, type ThaiDateStyle } from './format-date';
export { addDays, completedAge, daysInMonth, isIsoDay, isoDayOf, thaiDayOf } from './iso-day';
export {
  AMOUNT_BAHT_MAX,
  SATANG_PER_BAHT,
  formatBaht,
  parseBaht,
  type MoneyProblem,
  type MoneyProblemCode,
  type MoneyReading,
} from './money';
export { nameKey, personNameKey, splitTitle, type NameWithoutTitle } from './names';
export { type Sentence } from './sentence';
export { normaliseSpelling } from './spelling';
export {
  BUDDHIST_ERA_OFFSET_YEARS,
  BUDDHIST_YEAR_MAX,
  BUDDHIST_YEAR_MIN,
  STAND_IN_DAY_OF_MONTH,
  STAND_IN_MONTH_OF_YEAR,
  parseThaiDate,
  type DatePrecision,
  type KnownDate,
  type ThaiDateProblem,
  type ThaiDateProblemCode,
  type ThaiDateReading,
} from './thai-date';
export { titles, type Title } from './titles';
