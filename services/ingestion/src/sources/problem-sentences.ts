import type { Sentence } from '@faemban/event-sourcing';
import type { Severity } from './row-problem';

interface Said extends Sentence {
  readonly severity: Severity;
}

const error = (th: string, en: string): Said => ({ severity: 'error', th, en });
const warning = (th: string, en: string): Said => ({ severity: 'warning', th, en });

const ofFiles = {
  'file-empty': error(
    'แฟ้มว่าง ต้องมีแถวหัวคอลัมน์และข้อมูลอย่างน้อยหนึ่งแถว',
    'The file is empty. It needs a header row and at least one more.',
  ),
  'encoding-not-utf8': error(
    'แฟ้มไม่ได้เข้ารหัสเป็น UTF-8 ตั้งแต่แถวนี้ ให้บันทึกเป็น CSV UTF-8 แล้วส่งใหม่',
    'From this row on the file is not UTF-8. Save it as CSV UTF-8 and send it again.',
  ),
  'encoding-mixed': error(
    'ตั้งแต่แถวนี้แฟ้มเปลี่ยนการเข้ารหัส ส่วนหนึ่งเป็น UTF-8 อีกส่วนไม่ใช่ อาจเกิดจากการนำสองแฟ้มมาต่อกัน ให้บันทึกใหม่เป็น CSV UTF-8 ทั้งแฟ้ม',
    'From this row on the file is in another encoding: part of it is UTF-8, part is not, as when two files were joined. Save it all as CSV UTF-8.',
  ),
  'encoding-unknown': error(
    'ตั้งแต่แถวนี้แฟ้มไม่ใช่ทั้ง UTF-8 และ TIS-620/Windows-874 ให้บันทึกเป็น CSV UTF-8 แล้วส่งใหม่',
    'From this row on the file is neither UTF-8 nor TIS-620/Windows-874. Save it as CSV UTF-8 and send it again.',
  ),
  'encoding-utf-16': error(
    'แฟ้มเป็น UTF-16 (“ข้อความ Unicode” ของ Excel) ให้บันทึกเป็น CSV UTF-8 หรือส่งแฟ้ม .xlsx แทน',
    'The file is UTF-16 (Excel’s “Unicode Text”). Save it as CSV UTF-8, or send the .xlsx itself.',
  ),
  'encoding-windows-874': warning(
    'แฟ้มไม่ใช่ UTF-8 จึงอ่านเป็น TIS-620/Windows-874 ตั้งแต่แถวนี้ ให้ตรวจว่าชื่อคนอ่านออกก่อนอนุมัติ',
    'The file is not UTF-8 and is read as TIS-620/Windows-874 from this row on. Check its names before it is approved.',
  ),
  'nul-character': error(
    'แถวนี้มีอักขระว่าง (NUL) แฟ้มอาจเสียหายหรือเป็น UTF-16 ให้บันทึกเป็น CSV UTF-8 แล้วส่งใหม่',
    'This row has a NUL character: the file is damaged, or UTF-16. Save it as CSV UTF-8 and send it again.',
  ),
  'header-missing': error(
    'แถวแรกไม่ใช่ชื่อคอลัมน์ของแบบฟอร์ม ให้เพิ่มแถวหัวคอลัมน์ และตรวจว่าเป็นแฟ้มที่ถูกต้อง',
    'The first row has none of the form’s column names. Add a header row, and check that it is the right file.',
  ),
  'header-cell-empty': error(
    'ช่องนี้ในแถวหัวคอลัมน์ว่าง ช่องที่ผสานกันมีชื่อเฉพาะช่องแรก ให้ยกเลิกการผสาน แล้วใส่ชื่อทุกคอลัมน์',
    'This cell of the header row is empty. Of merged cells only the first has a name: unmerge them and name every column.',
  ),
  'column-missing': error('ไม่มีคอลัมน์นี้ในแถวหัวคอลัมน์', 'The header row does not have this column.'),
  'column-unknown': error(
    'แบบฟอร์มไม่มีคอลัมน์ชื่อนี้ ให้ลบคอลัมน์หรือแก้ชื่อ',
    'The form has no column of this name. Take it out or correct its name.',
  ),
  'column-twice': error('มีคอลัมน์นี้มากกว่าหนึ่งครั้ง', 'This column is there more than once.'),
  'mapped-column-missing': error(
    'ไม่มีคอลัมน์ที่การจับคู่ของแหล่งนี้ใช้สำหรับช่องนี้ ให้แก้การจับคู่ หรือชื่อคอลัมน์ในแฟ้ม',
    'The column that this source’s mapping uses for this one is not there. Change the mapping, or the column’s name.',
  ),
  'mapped-column-twice': error(
    'มีคอลัมน์ที่การจับคู่ใช้มากกว่าหนึ่งครั้ง ให้ระบุเป็นลำดับ เช่น #3',
    'The column that the mapping uses is there more than once. Name it by its place, such as #3.',
  ),
  'column-not-mapped': error(
    'การจับคู่ไม่ได้กล่าวถึงคอลัมน์นี้ ให้จับคู่ หรือตั้งให้ข้ามคอลัมน์อื่น',
    'The mapping does not name this column. Map it, or have other columns ignored.',
  ),
  'columns-too-many': error('แถวหัวคอลัมน์มีมากกว่า 200 คอลัมน์', 'The header row has more than 200 columns.'),
  'rows-too-many': error('แฟ้มมีเกิน 5,000,000 แถว ให้แบ่งแฟ้ม', 'The file has more than 5,000,000 rows. Split it.'),
  'row-too-long': error('แถวนี้ยาวเกิน 64 Ki อักขระ', 'This row is longer than 64 Ki characters.'),
  'row-ragged': error('จำนวนช่องของแถวนี้ไม่เท่ากับแถวหัวคอลัมน์', 'This row does not have as many cells as the header row.'),
  'quote-misplaced': error(
    'เครื่องหมายคำพูดอยู่ผิดที่ ช่องที่มีเครื่องหมายนี้ต้องครอบทั้งช่อง และเขียนซ้ำสองตัวข้างใน',
    'A quotation mark is out of place. A cell with one is quoted as a whole, and the mark doubled inside.',
  ),
  'quote-unclosed': error('เครื่องหมายคำพูดที่เปิดในแถวนี้ไม่มีตัวปิด', 'A quotation mark opened in this row is never closed.'),
} as const;

const ofWorkbooks = {
  'workbook-damaged': error(
    'แฟ้ม Excel เสียหายหรือส่งมาไม่ครบ ให้เปิดแล้วบันทึกใหม่เป็น .xlsx หรือ CSV UTF-8',
    'The workbook is damaged or was not sent whole. Open it and save it again as .xlsx or CSV UTF-8.',
  ),
  'workbook-expands-too-much': error(
    'แฟ้มขยายตัวมากกว่า 250 เท่าของขนาดที่บีบอัดไว้ แฟ้มข้อมูลจริงไม่เป็นเช่นนี้ จึงไม่อ่านต่อ ให้ส่งเป็น CSV UTF-8',
    'The file expands to more than 250 times its size, which no real data does, and is not read on. Send it as CSV UTF-8.',
  ),
  'workbook-too-large': error(
    'แผ่นงานใหญ่เกิน 2 GiB เมื่อคลายการบีบอัด หรือแฟ้มมีส่วนประกอบมากเกิน ให้แบ่งแฟ้ม หรือส่งเป็น CSV UTF-8',
    'A sheet is larger than 2 GiB when it is expanded, or the file has too many parts. Split it, or send CSV UTF-8.',
  ),
  'workbook-text-endless': error(
    'มีข้อความยาวเกิน 32,767 อักขระในช่องหนึ่ง หรือส่วนของแฟ้มที่ไม่มีจุดจบ จึงไม่อ่านต่อ ให้ตรวจแฟ้ม',
    'A cell’s text is longer than 32,767 characters, or something in the file has no end. It is not read on: check the file.',
  ),
  'workbook-locked': error(
    'แฟ้มตั้งรหัสผ่านไว้ ให้เอารหัสผ่านออกแล้วส่งใหม่',
    'The file is locked with a password. Take the password off and send it again.',
  ),
  'workbook-old-or-locked': error(
    'แฟ้มเป็น Excel รุ่นเก่า (.xls) หรือตั้งรหัสผ่านไว้ ให้เปิดแล้วบันทึกเป็น .xlsx ที่ไม่มีรหัสผ่าน',
    'The file is an old workbook (.xls) or is locked with a password. Open it and save it as .xlsx without a password.',
  ),
  'workbook-missing': error(
    'แฟ้มบีบอัดนี้ไม่ใช่สมุดงาน .xlsx ให้ส่งเป็น .xlsx หรือ CSV UTF-8',
    'This archive is no .xlsx workbook. Send .xlsx or CSV UTF-8.',
  ),
  'shared-texts-too-many': error(
    'ข้อความในสมุดงานรวมกันเกิน 2,000,000 ข้อความหรือ 64 Mi อักขระ ให้แบ่งแฟ้ม หรือส่งเป็น CSV UTF-8',
    'The workbook has more than 2,000,000 texts, or 64 Mi characters of them. Split it, or send CSV UTF-8.',
  ),
  'sheet-missing': error('ไม่มีแผ่นงานชื่อที่ระบุไว้ แผ่นงานที่มี:', 'The sheet that was named is not there. There are:'),
  'sheet-not-found': error(
    'ไม่มีแผ่นงานใดมีแถวหัวคอลัมน์ของแบบฟอร์มในแถวแรก แผ่นงานที่มี:',
    'No sheet has the form’s column names in its first row. There are:',
  ),
  'sheet-ambiguous': error(
    'มีหลายแผ่นงานที่ใช้ได้ ให้ตั้งชื่อแผ่นงานที่ต้องการตามชื่อส่วนของการนำเข้า หรือลบแผ่นงานอื่น แผ่นงานที่ใช้ได้:',
    'Several sheets could be meant. Name the right one as the part of the import, or delete the others. These could be:',
  ),
  'cells-merged': error(
    'มีช่องที่ผสานกันตั้งแต่แถวนี้ ช่องอื่นที่ผสานอยู่จึงว่าง ให้ยกเลิกการผสานแล้วใส่ค่าทุกช่อง',
    'Cells are merged from this row on, so that all but the first are empty. Unmerge them and fill in every cell.',
  ),
  'cell-formula': error(
    'ช่องนี้เป็นสูตร ซึ่งอาจคำนวณไม่ตรงกับที่เห็น ให้คัดลอกแล้ววางเป็นค่า',
    'This cell is a formula, whose value is not sure. Copy it and paste it as a value.',
  ),
  'cell-error-value': error(
    'ช่องนี้มีค่าผิดพลาดของ Excel เช่น #N/A ให้แก้เป็นค่าจริงหรือเว้นว่าง',
    'This cell holds an error of the workbook, such as #N/A. Put in the value, or leave it blank.',
  ),
  'cell-is-date': error(
    'Excel เปลี่ยนช่องนี้เป็นวันที่ เช่น 5/3 กลายเป็น 5 มีนาคม ให้จัดรูปแบบเป็นข้อความแล้วพิมพ์ใหม่',
    'The workbook has made a date of this cell, as of 5/3. Format it as text and type it again.',
  ),
  'cell-number-imprecise': error(
    'ตัวเลขนี้มีเกิน 15 หลัก Excel จึงเก็บได้ไม่ครบทุกหลัก ให้จัดรูปแบบเป็นข้อความแล้วพิมพ์ใหม่',
    'This number has more than 15 digits, of which a workbook loses the last. Format the cell as text and type it again.',
  ),
  'cell-unreadable': error('อ่านค่าในช่องนี้ไม่ได้ ให้พิมพ์ใหม่', 'The value of this cell cannot be read. Type it again.'),
} as const;

const ofHouseholds = {
  'household-ref-malformed': error(
    'รหัสอ้างอิงครัวเรือนใช้ได้เฉพาะ A–Z a–z 0–9 _ - ยาว 1–40 ตัว',
    'A household reference is 1–40 characters out of A–Z a–z 0–9 _ -.',
  ),
  'household-ref-twice': error('มีครัวเรือนนี้ในแฟ้มแล้ว', 'This household is in the file already.'),
  'household-without-members': error('ครัวเรือนนี้ไม่มีสมาชิกในแฟ้มสมาชิก', 'The members file has no member of this household.'),
  'household-too-large': error('ครัวเรือนนี้มีสมาชิกเกิน 60 คน', 'This household has more than 60 members.'),
  'household-unknown': error('ไม่มีครัวเรือนนี้ในแฟ้มครัวเรือน', 'The households file does not have this household.'),
  'round-differs': error('ปีข้อมูลไม่ตรงกับรอบของการนำเข้า', 'The data year is not that of the import.'),
  'village-code-malformed': error('รหัสหมู่บ้านต้องเป็นตัวเลข 10 หลัก', 'A village code has 10 digits.'),
  'house-code-malformed': error('รหัสประจำบ้านต้องเป็นตัวเลข 11 หลัก หรือเว้นว่าง', 'A house code has 11 digits, or is blank.'),
  'text-too-long': error('ข้อความยาวเกิน 200 อักขระ', 'The text is longer than 200 characters.'),
  'interview-date-missing': warning(
    'ไม่มีวันที่สัมภาษณ์ จะใช้วันที่ 1 กรกฎาคมของปีข้อมูล',
    'There is no interview date: 1 July of the data year is used.',
  ),
  'interview-date-outside-round': warning('วันที่สัมภาษณ์ไม่อยู่ในปีข้อมูล', 'The interview date is not in the data year.'),
  'figure-unreadable': error(
    'ต้องเป็นตัวเลขตั้งแต่ 0 ถึง 1,000,000 ทศนิยมไม่เกินสองตำแหน่ง หรือเว้นว่าง',
    'It has to be a number from 0 to 1,000,000 with at most two decimals, or blank.',
  ),
  'figure-missing': error(
    'ตัวชี้วัดมีคำตอบว่าผ่านหรือไม่ผ่าน แต่ไม่มีตัวเลขที่ใช้ตัดสิน',
    'The indicator is answered pass or fail, but the figure it is judged by is missing.',
  ),
  'answer-unreadable': error(
    'คำตอบใช้ได้เฉพาะ 1 (ผ่าน) 0 (ไม่ผ่าน) - (ไม่เกี่ยวข้อง) หรือเว้นว่าง (ไม่ทราบ)',
    'An answer is 1 (pass), 0 (fail), - (not applicable) or blank (unknown).',
  ),
  'answer-contradicts-figure': error(
    'คำตอบของตัวชี้วัดไม่ตรงกับตัวเลขที่กรอก',
    'The answer to this indicator does not agree with the figure given.',
  ),
  'indicator-not-applicable': warning(
    'ตัวชี้วัดนี้มีคำตอบ แต่ไม่มีสมาชิกที่ตัวชี้วัดนี้เกี่ยวข้อง หรือกลับกัน',
    'The indicator is answered although it concerns no member, or the other way round.',
  ),
  'happiness-unreadable': error('คะแนนความสุขเป็นจำนวนเต็ม 0–10 หรือเว้นว่าง', 'Happiness is a whole number 0–10, or blank.'),
} as const;

const ofMembers = {
  'member-no-unreadable': error('ลำดับสมาชิกต้องเป็นจำนวนเต็ม 1–99', 'A member’s number in the household is 1–99.'),
  'member-no-twice': error('ลำดับสมาชิกนี้มีแล้วในครัวเรือน', 'The household has a member with this number already.'),
  'flag-unreadable': error('ใช้ได้เฉพาะ 1 หรือ 0', 'It has to be 1 or 0.'),
  'name-missing': error('ไม่มีชื่อ', 'The first name is missing.'),
  'sex-unreadable': error('เพศใช้ได้เฉพาะ ชาย หญิง M F หรือเว้นว่าง', 'Sex is ชาย, หญิง, M, F, or blank.'),
  'number-in-two-households': warning(
    'เลขประจำตัวนี้ใช้กับคนในอีกครัวเรือนหนึ่งของแฟ้มเดียวกัน จะเก็บไว้ทั้งสองคนและส่งให้ตรวจสอบ',
    'Somebody in another household of this file has the same number. Both are kept, and somebody has to look at them.',
  ),
  'number-twice-in-household': error(
    'สมาชิกสองคนในครัวเรือนนี้มีเลขประจำตัวเดียวกัน',
    'Two members of this household have the same number.',
  ),
  'birth-date-missing': warning('ไม่มีวันเกิด จึงไม่ทราบอายุ', 'There is no birth date, so the age is not known.'),
  'birth-after-interview': error('วันเกิดอยู่หลังวันที่สัมภาษณ์', 'The birth date is after the interview.'),
  'age-implausible': error('อายุเกิน 130 ปี', 'The age is over 130.'),
  'relation-unreadable': error(
    'ความสัมพันธ์ใช้ได้เฉพาะ head spouse child parent grandchild sibling other',
    'Relation is head, spouse, child, parent, grandchild, sibling or other.',
  ),
  'health-unreadable': error(
    'สุขภาพใช้ได้เฉพาะ 0 (ปกติ) 1 (พิการ) 2 (เจ็บป่วยเรื้อรัง)',
    'Health is 0 (normal), 1 (disabled) or 2 (chronically ill).',
  ),
  'head-not-one': warning('ครัวเรือนนี้ต้องมีหัวหน้าหนึ่งคน', 'The household does not have exactly one head.'),
} as const;

const ofRegister = {
  'number-missing': error('ไม่มีเลขประจำตัว จึงหาตัวบุคคลไม่ได้', 'There is no number, so the person cannot be found.'),
  'register-year-unreadable': error('ปีทะเบียนต้องเป็น พ.ศ. สี่หลัก', 'The register year is a B.E. year of four digits.'),
  'register-row-twice': warning(
    'เลขประจำตัวนี้มีในแฟ้มแล้วด้วยข้อมูลเดียวกัน',
    'This number is in the file already, saying the same.',
  ),
  'register-row-contradicts': error(
    'เลขประจำตัวนี้มีในแฟ้มแล้วด้วยข้อมูลที่ต่างกัน',
    'This number is in the file already, saying something else.',
  ),
} as const;

const ofFragileList = {
  'yes-or-no-unreadable': error(
    'ใช้ได้เฉพาะ 1 0 Y N ใช่ ไม่ใช่ หรือเว้นว่าง (ไม่ใช่)',
    'It has to be 1, 0, Y, N, ใช่, ไม่ใช่, or blank, which is no.',
  ),
  'household-not-named': error(
    'แถวนี้ไม่ได้บอกครัวเรือน ต้องมี household_ref หรือ citizen_id ของสมาชิกคนหนึ่ง',
    'The row names no household. It needs household_ref, or the citizen_id of somebody who lives there.',
  ),
  'household-columns-missing': error(
    'ต้องมีคอลัมน์ household_ref หรือ citizen_id อย่างน้อยหนึ่งคอลัมน์ เพื่อบอกว่าแถวหมายถึงครัวเรือนใด',
    'The list needs the column household_ref or citizen_id, so that a row names its household.',
  ),
  'fragile-row-twice': warning(
    'ครัวเรือนหรือเลขประจำตัวนี้มีในแฟ้มแล้วด้วยข้อมูลเดียวกัน',
    'This household or number is in the file already, saying the same.',
  ),
  'fragile-row-contradicts': error(
    'ครัวเรือนหรือเลขประจำตัวนี้มีในแฟ้มแล้วด้วยข้อมูลที่ต่างกัน',
    'This household or number is in the file already, saying something else.',
  ),
} as const;

/** Every problem with a row that ingestion itself words, by its stable code. */
export const problemSentences = {
  ...ofFiles,
  ...ofWorkbooks,
  ...ofHouseholds,
  ...ofMembers,
  ...ofRegister,
  ...ofFragileList,
} satisfies Record<string, Said>;

export type ProblemCode = keyof typeof problemSentences;
