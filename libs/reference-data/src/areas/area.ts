/** The levels of areas, widest first. A municipality stands beside the tambons of its district. */
export type AreaLevel = 'province' | 'district' | 'tambon' | 'municipality' | 'village';

/** An area by its code. `en` is missing where no right English name is known: show the Thai one. */
export type Area = {
  readonly code: string;
  readonly level: AreaLevel;
  readonly th: string;
  readonly en?: string;
  /** Code of the area around it; a province has none. */
  readonly parent?: string;
  readonly postcode?: string;
  /** True when the name is a reading of the figures, not an official list's. */
  readonly isNameInferred?: boolean;
};

/** Digits of a code at each level. The survey's villages have ten digits, DOPA's eight. */
export const AREA_CODE_DIGITS = { province: 2, district: 4, tambon: 6, dopaVillage: 8, surveyVillage: 10 } as const;

/** In the survey's codes a tambon number from here on is a municipal area. */
export const MUNICIPAL_NUMBER_MIN = 51;

/**
 * The level a code has by its shape: 2, 4, 6, 8 or 10 digits, and six digits ending in 51 or more for a municipality. Says nothing
 * about whether the area exists. Undefined for any other text.
 */
export function areaLevelOf(code: string): AreaLevel | undefined {
  if (!isDigits(code)) return undefined;
  switch (code.length) {
    case AREA_CODE_DIGITS.province:
      return 'province';
    case AREA_CODE_DIGITS.district:
      return 'district';
    case AREA_CODE_DIGITS.tambon:
      return isMunicipalCode(code) ? 'municipality' : 'tambon';
    case AREA_CODE_DIGITS.dopaVillage:
    case AREA_CODE_DIGITS.surveyVillage:
      return 'village';
    default:
      return undefined;
  }
}

/** The code of the area around: a village's tambon or municipality, its district, its province; undefined for a province. */
export function parentAreaCode(code: string): string | undefined {
  if (code.length > AREA_CODE_DIGITS.tambon) return code.slice(0, AREA_CODE_DIGITS.tambon);
  return code.length > AREA_CODE_DIGITS.province ? code.slice(0, -2) : undefined;
}

/** Whether an area is another one or lies in it: codes nest by their beginnings. */
export function isWithinArea(code: string, aroundCode: string): boolean {
  return code.startsWith(aroundCode);
}

/** Whether digits five and six of a code name a municipal area. For codes of six digits and more. */
export function isMunicipalCode(code: string): boolean {
  return code.charCodeAt(4) > 0x35 || (code.charCodeAt(4) === 0x35 && code.charCodeAt(5) > 0x30);
}

function isDigits(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const codeUnit = text.charCodeAt(index);
    if (codeUnit < 0x30 || codeUnit > 0x39) return false;
  }
  return text !== '';
}
