import { areaLevelOf, isWithinArea, parentAreaCode, type Area, type AreaLevel } from './area';
import { districtRows } from './areas.generated';
import { provinceRows } from './provinces';
import { suratThaniDistrictRows, suratThaniMunicipalityRows, suratThaniTambonRows } from './surat-thani';

const BANGKOK = '10';
const SURAT_THANI = '84';

type Atlas = { readonly byCode: ReadonlyMap<string, Area>; readonly children: ReadonlyMap<string, readonly Area[]> };

let atlas: Atlas | undefined;

/**
 * The area with a code, or undefined when there is none. Provinces, districts and tambons are DOPA's. Municipal codes (…51 and
 * more) are those listed for Surat Thani, and elsewhere any in a district that exists. A village is any number in a tambon or
 * municipality that exists: villages are not listed here.
 *
 * @example findArea('841701') // { code: '841701', level: 'tambon', th: 'ท่าข้าม', en: 'Tha Kham', parent: '8417', … }
 */
export function findArea(code: string): Area | undefined {
  const listed = theAtlas().byCode.get(code);
  if (listed !== undefined) return listed;
  switch (areaLevelOf(code)) {
    case 'municipality':
      return unlistedMunicipality(code);
    case 'village':
      return village(code);
    default:
      return undefined;
  }
}

/** The area with a code. Throws a RangeError when there is none. */
export function getArea(code: string): Area {
  const area = findArea(code);
  if (area === undefined) throw new RangeError(`No area has the code ${code}.`);
  return area;
}

/** The listed areas directly in an area, by code; without a code the provinces. Villages are not listed. */
export function areasIn(code?: string): readonly Area[] {
  return theAtlas().children.get(code ?? '') ?? [];
}

/** Every listed area of one level, by code, all of the country or those within one area. */
export function areasOfLevel(level: AreaLevel, within = ''): Area[] {
  return [...theAtlas().byCode.values()].filter((area) => area.level === level && isWithinArea(area.code, within));
}

/** An area and those around it, widest first: province, district, tambon or municipality, village. Empty for no area. */
export function areaPath(code: string): Area[] {
  const area = findArea(code);
  if (area === undefined) return [];
  const around = parentAreaCode(code);
  return around === undefined ? [area] : [...areaPath(around), area];
}

/** The bare name of an area, in Thai unless asked otherwise; the code itself for no area. English falls back on Thai. */
export function areaName(code: string, language: 'th' | 'en' = 'th'): string {
  const area = findArea(code);
  if (area === undefined) return code;
  return language === 'en' ? (area.en ?? area.th) : area.th;
}

/**
 * The name with its kind, as an address has it: `ตำบลท่าข้าม`, `Tha Kham Subdistrict`; short: `ต.ท่าข้าม`. Bangkok has แขวง and
 * เขต. The code itself for no area.
 */
export function formalAreaName(code: string, form: { language?: 'th' | 'en'; short?: boolean } = {}): string {
  const area = findArea(code);
  if (area === undefined) return code;
  const { language = 'th', short = false } = form;
  const name = areaName(code, language);
  if (area.level === 'municipality' || area.level === 'village' || code === BANGKOK) return name;
  if (language === 'en') return `${name} ${ENGLISH_KINDS[area.level]}`;
  const kinds = code.startsWith(BANGKOK) ? BANGKOK_KINDS : THAI_KINDS;
  return `${kinds[area.level][short ? 1 : 0]}${name}`;
}

type NamedLevel = 'province' | 'district' | 'tambon';

const ENGLISH_KINDS: Record<NamedLevel, string> = {
  province: 'Province',
  district: 'District',
  tambon: 'Subdistrict',
};
const THAI_KINDS: Record<NamedLevel, readonly [string, string]> = {
  province: ['จังหวัด', 'จ.'],
  district: ['อำเภอ', 'อ.'],
  tambon: ['ตำบล', 'ต.'],
};
const BANGKOK_KINDS: Record<NamedLevel, readonly [string, string]> = {
  province: ['', ''],
  district: ['เขต', 'เขต'],
  tambon: ['แขวง', 'แขวง'],
};

function theAtlas(): Atlas {
  atlas ??= readAtlas();
  return atlas;
}

function readAtlas(): Atlas {
  const areas: Area[] = provinceRows.map(([code, th, en]) => ({ code, level: 'province', th, en }));
  for (const row of districtRows) areas.push(...areasOfDistrictRow(row));
  for (const [code, th, en, postcode] of suratThaniDistrictRows) {
    areas.push({ code, level: 'district', th, en, parent: SURAT_THANI, postcode });
  }
  for (const [code, th, en, postcode] of suratThaniTambonRows) {
    areas.push({ code, level: 'tambon', th, en, parent: code.slice(0, 4), postcode });
  }
  const districts = new Map(areas.filter(({ level }) => level === 'district').map((area) => [area.code, area]));
  for (const [code, th, en] of suratThaniMunicipalityRows) {
    const named = th === undefined ? {} : { th, ...(en === undefined ? {} : { en }), isNameInferred: true };
    areas.push({ ...municipalityIn(code, districts.get(code.slice(0, 4))), ...named });
  }
  areas.sort((left, right) => (left.code < right.code ? -1 : 1));
  const children = new Map<string, Area[]>();
  for (const area of areas) {
    const siblings = children.get(area.parent ?? '');
    if (siblings === undefined) children.set(area.parent ?? '', [area]);
    else siblings.push(area);
  }
  return { byCode: new Map(areas.map((area) => [area.code, area])), children };
}

function areasOfDistrictRow(row: string): Area[] {
  const [code = '', th = '', postcode = '', tambons = ''] = row.split('|');
  const district: Area = { code, level: 'district', th, parent: code.slice(0, 2), postcode };
  return [
    district,
    ...tambons.split(',').map((entry): Area => {
      const [name = '', ownPostcode = postcode] = entry.slice(2).split('=');
      return { code: code + entry.slice(0, 2), level: 'tambon', th: name, parent: code, postcode: ownPostcode };
    }),
  ];
}

function unlistedMunicipality(code: string): Area | undefined {
  const district = theAtlas().byCode.get(code.slice(0, 4));
  if (district === undefined || code.startsWith(SURAT_THANI)) return undefined;
  return municipalityIn(code, district);
}

function municipalityIn(code: string, district: Area | undefined): Area {
  const parent = code.slice(0, 4);
  return {
    code,
    level: 'municipality',
    th: `เขตเทศบาลในอำเภอ${district?.th ?? parent} (${code})`,
    en: `Municipal area in ${district?.en ?? district?.th ?? parent} (${code})`,
    parent,
  };
}

function village(code: string): Area | undefined {
  const parent = code.slice(0, 6);
  const number = Number(code.slice(6, 8));
  const part = code.length === 10 ? Number(code.slice(8)) : 1;
  if (number === 0 || part === 0 || findArea(parent) === undefined) return undefined;
  return {
    code,
    level: 'village',
    th: part === 1 ? `หมู่ที่ ${number}` : `หมู่ที่ ${number} (ส่วนที่ ${part})`,
    en: part === 1 ? `Village ${number}` : `Village ${number} (part ${part})`,
    parent,
  };
}
