/** A title that stands before a name. */
export type Title = {
  /** The written-out form; the key under which its other spellings are known. */
  readonly th: string;
  readonly abbreviations: readonly string[];
  readonly sex?: 'female' | 'male';
  readonly group: 'civil' | 'child' | 'academic' | 'army' | 'navy' | 'airForce' | 'police' | 'clergy' | 'royal';
};

type TitleRow = readonly [th: string, abbreviations: string];

const OFFICERS: Record<'army' | 'navy' | 'airForce' | 'police', readonly TitleRow[]> = {
  army: [
    ['พลเอก', 'พล.อ.'],
    ['พลโท', 'พล.ท.'],
    ['พลตรี', 'พล.ต.'],
    ['พันเอกพิเศษ', 'พ.อ.พิเศษ'],
    ['พันเอก', 'พ.อ.'],
    ['พันโท', 'พ.ท.'],
    ['พันตรี', 'พ.ต.'],
    ['ร้อยเอก', 'ร.อ.'],
    ['ร้อยโท', 'ร.ท.'],
    ['ร้อยตรี', 'ร.ต.'],
    ['ว่าที่ร้อยเอก', 'ว่าที่ ร.อ.'],
    ['ว่าที่ร้อยโท', 'ว่าที่ ร.ท.'],
    ['ว่าที่ร้อยตรี', 'ว่าที่ ร.ต.'],
    ['จ่าสิบเอก', 'จ.ส.อ.'],
    ['จ่าสิบโท', 'จ.ส.ท.'],
    ['จ่าสิบตรี', 'จ.ส.ต.'],
    ['สิบเอก', 'ส.อ.'],
    ['สิบโท', 'ส.ท.'],
    ['สิบตรี', 'ส.ต.'],
    ['พลทหาร', 'พลฯ'],
    ['อาสาสมัครทหารพราน', 'อส.ทพ.'],
  ],
  navy: [
    ['พลเรือเอก', 'พล.ร.อ.'],
    ['พลเรือโท', 'พล.ร.ท.'],
    ['พลเรือตรี', 'พล.ร.ต.'],
    ['นาวาเอก', 'น.อ.'],
    ['นาวาโท', 'น.ท.'],
    ['นาวาตรี', 'น.ต.'],
    ['เรือเอก', 'ร.อ.'],
    ['เรือโท', 'ร.ท.'],
    ['เรือตรี', 'ร.ต.'],
    ['พันจ่าเอก', 'พ.จ.อ.'],
    ['พันจ่าโท', 'พ.จ.ท.'],
    ['พันจ่าตรี', 'พ.จ.ต.'],
    ['จ่าเอก', 'จ.อ.'],
    ['จ่าโท', 'จ.ท.'],
    ['จ่าตรี', 'จ.ต.'],
  ],
  airForce: [
    ['พลอากาศเอก', 'พล.อ.อ.'],
    ['พลอากาศโท', 'พล.อ.ท.'],
    ['พลอากาศตรี', 'พล.อ.ต.'],
    ['นาวาอากาศเอก', 'น.อ.'],
    ['นาวาอากาศโท', 'น.ท.'],
    ['นาวาอากาศตรี', 'น.ต.'],
    ['เรืออากาศเอก', 'ร.อ.'],
    ['เรืออากาศโท', 'ร.ท.'],
    ['เรืออากาศตรี', 'ร.ต.'],
    ['พันจ่าอากาศเอก', 'พ.อ.อ.'],
    ['พันจ่าอากาศโท', 'พ.อ.ท.'],
    ['พันจ่าอากาศตรี', 'พ.อ.ต.'],
    ['จ่าอากาศเอก', 'จ.อ.'],
    ['จ่าอากาศโท', 'จ.ท.'],
    ['จ่าอากาศตรี', 'จ.ต.'],
  ],
  police: [
    ['พลตำรวจเอก', 'พล.ต.อ.'],
    ['พลตำรวจโท', 'พล.ต.ท.'],
    ['พลตำรวจตรี', 'พล.ต.ต.'],
    ['พันตำรวจเอก', 'พ.ต.อ.'],
    ['พันตำรวจโท', 'พ.ต.ท.'],
    ['พันตำรวจตรี', 'พ.ต.ต.'],
    ['ร้อยตำรวจเอก', 'ร.ต.อ.'],
    ['ร้อยตำรวจโท', 'ร.ต.ท.'],
    ['ร้อยตำรวจตรี', 'ร.ต.ต.'],
    ['ดาบตำรวจ', 'ด.ต.'],
    ['จ่าสิบตำรวจ', 'จ.ส.ต.'],
    ['สิบตำรวจเอก', 'ส.ต.อ.'],
    ['สิบตำรวจโท', 'ส.ต.ท.'],
    ['สิบตำรวจตรี', 'ส.ต.ต.'],
    ['พลตำรวจ', 'พลฯ'],
  ],
};

/**
 * Titles people put before a name: civil, child's, academic, ranks of the forces and the police (with หญิง for women), clergy and
 * the descended royal ones. A title is a free field: this list is for suggestions and for taking titles off names.
 */
export const titles: readonly Title[] = [
  { th: 'นาย', abbreviations: [], sex: 'male', group: 'civil' },
  { th: 'นาง', abbreviations: [], sex: 'female', group: 'civil' },
  { th: 'นางสาว', abbreviations: ['น.ส.', 'นส.'], sex: 'female', group: 'civil' },
  { th: 'เด็กชาย', abbreviations: ['ด.ช.', 'ดช.'], sex: 'male', group: 'child' },
  { th: 'เด็กหญิง', abbreviations: ['ด.ญ.', 'ดญ.'], sex: 'female', group: 'child' },
  { th: 'ศาสตราจารย์', abbreviations: ['ศ.'], group: 'academic' },
  { th: 'รองศาสตราจารย์', abbreviations: ['รศ.'], group: 'academic' },
  { th: 'ผู้ช่วยศาสตราจารย์', abbreviations: ['ผศ.'], group: 'academic' },
  { th: 'ดอกเตอร์', abbreviations: ['ดร.'], group: 'academic' },
  { th: 'นายแพทย์', abbreviations: ['นพ.'], sex: 'male', group: 'academic' },
  { th: 'แพทย์หญิง', abbreviations: ['พญ.'], sex: 'female', group: 'academic' },
  { th: 'ทันตแพทย์', abbreviations: ['ทพ.'], group: 'academic' },
  { th: 'ทันตแพทย์หญิง', abbreviations: ['ทพญ.'], sex: 'female', group: 'academic' },
  { th: 'พระภิกษุ', abbreviations: [], sex: 'male', group: 'clergy' },
  { th: 'พระครู', abbreviations: [], sex: 'male', group: 'clergy' },
  { th: 'พระมหา', abbreviations: [], sex: 'male', group: 'clergy' },
  { th: 'พระใบฎีกา', abbreviations: [], sex: 'male', group: 'clergy' },
  { th: 'พระสมุห์', abbreviations: [], sex: 'male', group: 'clergy' },
  { th: 'พระอธิการ', abbreviations: [], sex: 'male', group: 'clergy' },
  { th: 'พระ', abbreviations: [], sex: 'male', group: 'clergy' },
  { th: 'สามเณร', abbreviations: [], sex: 'male', group: 'clergy' },
  { th: 'แม่ชี', abbreviations: [], sex: 'female', group: 'clergy' },
  { th: 'หม่อมราชวงศ์', abbreviations: ['ม.ร.ว.'], group: 'royal' },
  { th: 'หม่อมหลวง', abbreviations: ['ม.ล.'], group: 'royal' },
  ...ranks('army'),
  ...ranks('navy'),
  ...ranks('airForce'),
  ...ranks('police'),
];

function ranks(group: keyof typeof OFFICERS): Title[] {
  return OFFICERS[group].flatMap(([th, abbreviation]): Title[] => [
    { th, abbreviations: [abbreviation], group },
    { th: `${th}หญิง`, abbreviations: [`${abbreviation}หญิง`], sex: 'female', group },
  ]);
}
