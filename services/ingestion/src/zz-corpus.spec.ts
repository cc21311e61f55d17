import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { householdCells as h, householdsCsv, memberCells as m, membersCsv, registerCells as r, registerCsv, testNumber } from './testing/survey-files';

const root = join(__dirname, '../corpus');
function put(format: string, name: string, files: Record<string, string | Buffer>, problems: string[], summary: object = {}): void {
  const folder = join(root, format, name);
  mkdirSync(folder, { recursive: true });
  for (const [part, text] of Object.entries(files)) writeFileSync(join(folder, `${part}.csv`), text);
  writeFileSync(join(folder, 'expected.json'), `${JSON.stringify({ problems, ...summary }, null, 2)}\n`);
}
const one = householdsCsv(h('h-1'));
const oneM = membersCsv(m('h-1', 1));
test('writes', () => {
  for (const f of ['bmn-survey', 'welfare-register']) rmSync(join(root, f), { recursive: true, force: true });
  const b = (name: string, files: Record<string, string | Buffer>) => put('bmn-survey', name, files, []);
  b('empty-files', { households: '', members: '' });
  b('header-only', { households: householdsCsv(), members: membersCsv() });
  b('no-header', { households: one.split('\n').slice(1).join('\n'), members: oneM.split('\n').slice(1).join('\n') });
  b('half-written-last-row', { households: one + 'h-2,2561,84170', members: oneM });
  b('half-written-in-quotes', { households: one + 'h-2,2561,8417010101,,"99/1 หมู่', members: oneM });
  b('byte-order-mark-and-crlf', { households: '\ufeff' + one.replaceAll('\n', '\r\n'), members: '\ufeff' + oneM.replaceAll('\n', '\r\n') });
  b('columns-in-another-order', { households: reversed(one), members: reversed(oneM) });
  b('column-missing', { households: one.replace('happiness', 'joy'), members: oneM });
  b('column-twice', { households: one.replace('road', 'soi'), members: oneM });
  b('windows-874', { households: one, members: Buffer.concat([Buffer.from(oneM.slice(0, oneM.indexOf('\n') + 1)), Buffer.from([0x68, 0x2d, 0x31, 0x2c, 0x31, 0x2c, 0x31, 0x2c, 0xb9, 0xd2, 0xc2, 0x0a])]) });
  b('utf-16', { households: Buffer.from('\ufeff' + one, 'utf16le'), members: oneM });
  b('utf-16-without-mark', { households: Buffer.from(one, 'utf16le'), members: oneM });
  b('nul-in-a-cell', { households: one, members: oneM.replace('ใจดี', 'ใจ\0ดี') });
  b('utf8-cut-in-a-letter', { households: one, members: Buffer.concat([Buffer.from(oneM + 'h-1,2,0,นาย,ส'), Buffer.from([0xe0, 0xb8])]) });
  b('ragged-rows', { households: one, members: oneM + 'h-1,2,0\n' + m2('h-1', 2).trimEnd() + ',extra\n' });
  b('misplaced-quotes', { households: one, members: oneM + 'h-1,2,0,นาย,สม"ชาย,ใจดี,ชาย,,,child,0,1\nh-1,3,0,"นาย"x,สมชาย,ใจดี,ชาย,,,child,0,1\n' });
  b('quoted-cells', { households: householdsCsv(h('h-1', { house_no: '99/1 "บ้านสวน", ซอย 2\nหลังวัด' })), members: oneM });
  b('formulas-and-markup-in-text', { households: householdsCsv(h('h-1', { soi: '=HYPERLINK("http://x")', road: '<script>alert(1)</script>' })), members: membersCsv(m('h-1', 1, { first_name: "'; DROP TABLE persons; --", last_name: '{{7*7}}' })) });
  b('reference-malformed', { households: householdsCsv(h('h 1'), h(''), h('../h'), h('x'.repeat(41)), h('h-1')), members: oneM });
  b('household-twice', { households: householdsCsv(h('h-1'), h('h-1')), members: oneM });
  b('household-without-members', { households: householdsCsv(h('h-1'), h('h-2')), members: oneM });
  b('member-of-unknown-household', { households: one, members: membersCsv(m('h-1', 1), m('h-9', 2)) });
  b('member-of-a-household-in-error', { households: householdsCsv(h('h-1', { round: '2562' })), members: oneM });
  b('round-differs', { households: householdsCsv(h('h-1', { round: '2560' }), h('h-2', { round: '๒๕๖๑' }), h('h-3', { round: '2018' })), members: membersCsv(m('h-1', 1), m('h-2', 2), m('h-3', 3)) });
  b('village-codes', { households: householdsCsv(h('h-1', { village_id: '841701' }), h('h-2', { village_id: '8499010101' }), h('h-3', { village_id: '๘๔๑๗๐๑๐๑๐๑' }), h('h-4', { village_id: '8.41701E+09' })), members: membersCsv(m('h-1', 1), m('h-2', 2), m('h-3', 3), m('h-4', 4)) });
  b('house-codes', { households: householdsCsv(h('h-1', { house_code: '8417000001' }), h('h-2', { house_code: '84170000012' })), members: membersCsv(m('h-1', 1), m('h-2', 2)) });
  b('dates', { households: householdsCsv(h('h-1', { interview_date: '15/2/61' }), h('h-2', { interview_date: '31/2/2561' }), h('h-3', { interview_date: '15/2/2018' }), h('h-4', { interview_date: '2018-02-15' }), h('h-5', { interview_date: '' }), h('h-6', { interview_date: '๑๕/๐๒/๒๕๖๑' }), h('h-7', { interview_date: '15/2/2560' })), members: membersCsv(...[1, 2, 3, 4, 5, 6, 7].map((n) => m(`h-${n}`, n))) });
  b('birth-dates', { households: householdsCsv(h('h-1', { income_main_baht: '999999' })), members: membersCsv(...['31/6/2530', '1/1/30', '1/3/2561', '2400', '', '2530', '6/2530', '1/1/1987', 'ไม่ทราบ'].map((birth_date, i) => m('h-1', i + 1, { member_no: String(i + 1), is_head: i === 0 ? '1' : '0', birth_date }))) });
  b('numbers', { households: householdsCsv(h('h-1', { income_main_baht: '999999' })), members: membersCsv(...[testNumber(1).slice(0, 12), '1.84E+12', testNumber(1).slice(0, 12) + ((Number(testNumber(1)[12]) + 1) % 10), '0' + testNumber(1).slice(1), '0000000000000', '9' + testNumber(1).slice(1), 'G123456789012', 'G1234', 'AB123456', '', 'ไม่มี', '๓-๘๔๐๐-๐๐๐๐๐-๐๒-' + testNumber(2)[12]].map((citizen_id, i) => m('h-1', 1, { member_no: String(i + 1), is_head: i === 0 ? '1' : '0', citizen_id }))) });
  b('number-twice-in-a-household', { households: householdsCsv(h('h-1', { income_main_baht: '90000' })), members: membersCsv(m('h-1', 1), m('h-1', 1, { member_no: '2', is_head: '0', first_name: 'สมศรี' })) });
  b('number-in-two-households', { households: householdsCsv(h('h-1'), h('h-2')), members: membersCsv(m('h-1', 1), m('h-2', 1, { first_name: 'สมศรี' })) });
  b('money', { households: householdsCsv(h('h-1', { income_main_baht: '-1' }), h('h-2', { income_main_baht: '60000.005' }), h('h-3', { income_main_baht: '' }), h('h-4', { income_main_baht: '6E+4' }), h('h-5', { income_main_baht: '60,000.50' }), h('h-6', { income_main_baht: 'มาก' }), h('h-7', { income_main_baht: '99999999999' }), h('h-8', { income_main_baht: '๖๐๐๐๐' })), members: membersCsv(...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => m(`h-${n}`, n))) });
  b('answers', { households: householdsCsv(h('h-1', { ind4: '2', ind5: 'x', ind6: '', ind7: '๐', ind8: ' 1 ' }), h('h-2', { happiness: '11' }), h('h-3', { happiness: '7.5' }), h('h-4', { happiness: '' })), members: membersCsv(...[1, 2, 3, 4].map((n) => m(`h-${n}`, n))) });
  b('answers-against-figures', { households: householdsCsv(h('h-1', { drinking_water_l: '4' }), h('h-2', { drinking_water_l: '5', ind9: '0' }), h('h-3', { utility_water_l: '44.99' }), h('h-4', { income_main_baht: '37999.99' }), h('h-5', { income_main_baht: '38000', ind22: '0' }), h('h-6', { birth_weight_g_min: '2400' }), h('h-7', { drinking_water_l: '' }), h('h-8', { drinking_water_l: '', ind9: '' }), h('h-9', { utility_water_l: '-3' })), members: membersCsv(...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => m(`h-${n}`, n))) });
  b('answers-nobody-is-concerned-by', { households: householdsCsv(h('h-1', { ind28: '1' })), members: oneM });
  b('rosters', { households: householdsCsv(h('h-1', { income_main_baht: '90000' }), h('h-2', { income_main_baht: '90000' })), members: membersCsv(m('h-1', 1), m('h-1', 2, { is_head: '1', first_name: 'สมศรี' }), m('h-2', 3, { is_head: '0' })) });
  b('too-many-members', { households: householdsCsv(h('h-1', { income_main_baht: '9000000' })), members: membersCsv(...Array.from({ length: 61 }, (_, i) => m('h-1', i + 1, { member_no: String(i + 1), is_head: i === 0 ? '1' : '0' }))) });
  b('codes', { households: householdsCsv(h('h-1', { income_main_baht: '999999' })), members: membersCsv(...([{ sex: 'X' }, { sex: '' }, { relation: 'หลาน' }, { health: '3' }, { health: '' }, { can_help_self: 'yes' }, { is_head: '2' }, { member_no: '0' }, { member_no: '100' }, { first_name: '' }, { first_name: 'ก'.repeat(201) }] as Record<string, string>[]).map((cells, i) => m('h-1', i + 1, { member_no: String(i + 1), is_head: i === 0 ? '1' : '0', ...cells }))) });
  const w = (name: string, register: string | Buffer) => put('welfare-register', name, { register }, []);
  const reg = registerCsv(r(1));
  w('empty-file', '');
  w('header-only', registerCsv());
  w('no-header', reg.split('\n').slice(1).join('\n'));
  w('survey-instead-of-register', oneM);
  w('half-written', reg + '384');
  w('windows-874', Buffer.concat([Buffer.from(reg), Buffer.from([0x33, 0x2c, 0xb9, 0xd2, 0xc2, 0x0a])]));
  w('numbers', registerCsv(r(1, { citizen_id: '' }), r(2, { citizen_id: '1.84E+12' }), r(3, { citizen_id: testNumber(3).slice(1) }), r(4, { citizen_id: `'${testNumber(4)}` }), r(5)));
  w('flags-and-years', registerCsv(r(1, { registered: 'Y' }), r(2, { verified: '' }), r(3, { register_year: '2017' }), r(4, { register_year: '60' }), r(5, { registered: '๐', verified: '๑', register_year: '๒๕๖๐' })));
  w('person-twice', registerCsv(r(1), r(1), r(2), r(2, { verified: '0' }), r(1, { register_year: '2561' })));
  w('nobody-known', registerCsv(r(1), r(2)));
});
function m2(ref: string, n: number): string { return membersCsv(m(ref, n, { member_no: '3', is_head: '0' })).split('\n').slice(1).join('\n'); }
function reversed(text: string): string { return text.split('\n').map((l) => l.split(',').reverse().join(',')).join('\n'); }
