import type { BilingualText } from '../bilingual';
import { areaLevelOf, isMunicipalCode } from './area';
import { findArea } from './areas';

/** A list of area codes other than DOPA's. `tpmap`: the codes of TPMAP and of the household survey (BMN). */
export type AreaCodeSource = 'tpmap';

/** A version of the crosswalk and the data years (B.E., inclusive) whose codes it reads. */
export type CrosswalkVersion = {
  readonly version: string;
  readonly source: AreaCodeSource;
  readonly dataYears: { readonly from: number; readonly to: number };
};

/**
 * The published versions. `tpmap-2560.1` was made from the files of 2561 and covers the years the survey kept its form. A
 * correction gets a new version; a published one never changes, because scores keep the version they were placed by.
 */
export const crosswalkVersions: readonly CrosswalkVersion[] = [
  { version: 'tpmap-2560.1', source: 'tpmap', dataYears: { from: 2560, to: 2564 } },
];

/** Why a code was not placed. Stable codes. */
export type UnmatchedReason =
  | 'area-code-malformed'
  | 'area-no-crosswalk-for-year'
  | 'area-province-unknown'
  | 'area-district-unknown'
  | 'area-tambon-unknown'
  | 'area-municipality-unknown'
  | 'area-village-unknown';

/**
 * Where a source's code lies. Exactly one of `subdistrict` (DOPA, 6 digits) and `municipality` (the source's own 6 digits) is
 * there. `village` is the source's 10 digits, there when the code named a village; `dopaVillage` (8 digits) is there with it
 * when the village lies in a DOPA tambon: several parts of one village share it.
 */
export type PlacedArea = {
  readonly status: 'matched';
  readonly source: AreaCodeSource;
  readonly sourceCode: string;
  readonly crosswalkVersion: string;
  readonly village?: string;
  readonly dopaVillage?: string;
  readonly subdistrict?: string;
  readonly municipality?: string;
  readonly district: string;
  readonly province: string;
};

/** A code that was not placed: it goes to review and is never dropped. */
export type UnplacedArea = {
  readonly status: 'unmatched';
  readonly source: AreaCodeSource;
  readonly sourceCode: string;
  readonly reason: UnmatchedReason;
  readonly sentence: BilingualText;
};

/**
 * Places a village (10 digits) or tambon (6 digits) code of a source, as the codes were in a data year (B.E.). Never throws.
 * Digits are Arabic; the caller has trimmed the text.
 *
 * @example placeArea('tpmap', '8417510101', 2561) // { status: 'matched', municipality: '841751', district: '8417', … }
 */
export function placeArea(source: AreaCodeSource, sourceCode: string, dataYear: number): PlacedArea | UnplacedArea {
  const unplaced = (reason: UnmatchedReason): UnplacedArea => ({
    status: 'unmatched',
    source,
    sourceCode,
    reason,
    sentence: SENTENCES[reason],
  });
  const level = areaLevelOf(sourceCode);
  if (level === undefined || (sourceCode.length !== 10 && sourceCode.length !== 6))
    return unplaced('area-code-malformed');
  const version = findCrosswalkVersion(source, dataYear);
  if (version === undefined) return unplaced('area-no-crosswalk-for-year');
  const province = sourceCode.slice(0, 2);
  const district = sourceCode.slice(0, 4);
  const tambon = sourceCode.slice(0, 6);
  const isMunicipal = isMunicipalCode(sourceCode);
  if (findArea(province) === undefined) return unplaced('area-province-unknown');
  if (findArea(district) === undefined) return unplaced('area-district-unknown');
  if (findArea(tambon) === undefined) {
    return unplaced(isMunicipal ? 'area-municipality-unknown' : 'area-tambon-unknown');
  }
  if (level === 'village' && findArea(sourceCode) === undefined) return unplaced('area-village-unknown');
  return {
    status: 'matched',
    source,
    sourceCode,
    crosswalkVersion: version.version,
    ...(level === 'village' ? { village: sourceCode } : {}),
    ...(level === 'village' && !isMunicipal ? { dopaVillage: sourceCode.slice(0, 8) } : {}),
    ...(isMunicipal ? { municipality: tambon } : { subdistrict: tambon }),
    district,
    province,
  };
}

/** The version of the crosswalk for a source's codes of a data year (B.E.), or undefined. */
export function findCrosswalkVersion(source: AreaCodeSource, dataYear: number): CrosswalkVersion | undefined {
  return crosswalkVersions.find(
    (version) => version.source === source && dataYear >= version.dataYears.from && dataYear <= version.dataYears.to,
  );
}

const SENTENCES: Record<UnmatchedReason, BilingualText> = {
  'area-code-malformed': {
    th: 'รหัสพื้นที่ต้องเป็นตัวเลข 10 หลัก (หมู่บ้าน) หรือ 6 หลัก (ตำบลหรือเขตเทศบาล)',
    en: 'An area code has 10 digits (village) or 6 (tambon or municipal area).',
  },
  'area-no-crosswalk-for-year': {
    th: 'ยังไม่มีตารางเทียบรหัสพื้นที่สำหรับปีข้อมูลนี้ ให้ตรวจปีข้อมูล หรือเพิ่มตารางเทียบรหัสก่อน',
    en: 'No crosswalk of area codes covers this data year. Check the year, or add a crosswalk for it first.',
  },
  'area-province-unknown': {
    th: 'ไม่มีจังหวัดที่มีรหัสนี้ ให้ตรวจสองหลักแรก',
    en: 'No province has this code. Check its first two digits.',
  },
  'area-district-unknown': {
    th: 'ไม่มีอำเภอที่มีรหัสนี้ในจังหวัด ให้ตรวจหลักที่สามและสี่',
    en: 'The province has no district with this code. Check digits three and four.',
  },
  'area-tambon-unknown': {
    th: 'ไม่มีตำบลที่มีรหัสนี้ในอำเภอ ให้ตรวจหลักที่ห้าและหก',
    en: 'The district has no tambon with this code. Check digits five and six.',
  },
  'area-municipality-unknown': {
    th: 'ไม่มีเขตเทศบาลที่มีรหัสนี้ในอำเภอ ให้ตรวจหลักที่ห้าและหก',
    en: 'The district has no municipal area with this code. Check digits five and six.',
  },
  'area-village-unknown': {
    th: 'เลขหมู่บ้านหรือส่วนของหมู่บ้านเป็นศูนย์ ให้ตรวจสี่หลักท้าย',
    en: 'The number of the village, or of its part, is zero. Check the last four digits.',
  },
};
