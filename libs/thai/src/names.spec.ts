import { foreignCharacters } from './foreign-characters';
import { nameKey, personNameKey, splitTitle } from './names';
import { titles } from './titles';

describe('taking the title off a name', () => {
  test.each([
    ['นายสมชาย ใจดี', 'นาย', 'สมชาย ใจดี'],
    ['นาย  สมชาย', 'นาย', 'สมชาย'],
    ['นางสาวมาลี', 'นางสาว', 'มาลี'],
    ['น.ส. มาลี', 'น.ส.', 'มาลี'],
    ['ด.ช.กล้า', 'ด.ช.', 'กล้า'],
    ['ด.ญ. เเก้ว', 'ด.ญ.', 'แก้ว'],
    ['พ.ต.ต.หญิง มาลี ใจดี', 'พ.ต.ต.หญิง', 'มาลี ใจดี'],
    ['ว่าที่ ร.ต. หญิง มาลี', 'ว่าที่ ร.ต. หญิง', 'มาลี'],
    ['ว่าที่ร.ต.สมชาย', 'ว่าที่ร.ต.', 'สมชาย'],
    ['ศ.ดร.สมชาย', 'ศ.ดร.', 'สมชาย'],
    ['จ่าสิบเอกสมชาย', 'จ่าสิบเอก', 'สมชาย'],
    ['พระ สมชาย', 'พระ', 'สมชาย'],
    ['Mr. John Smith', 'Mr.', 'John Smith'],
  ])('%s', (written, title, name) => {
    expect(splitTitle(written)).toEqual({ title, name });
  });

  test.each([['สมชาย'], ['นาวา'], ['นายิกา'], ['พระพร'], ['นางาม'], ['นาย'], ['Missy'], ['']])(
    'leaves %j, which only begins like one',
    (name) => {
      expect(splitTitle(name)).toEqual({ title: '', name });
    },
  );

  test('knows each title once', () => {
    expect(new Set(titles.map(({ th }) => th)).size).toBe(titles.length);
  });
});

describe('the key of a name', () => {
  test('is one for the ways a name gets typed', () => {
    const key = nameKey('สมชาย น้ำใจ');
    expect(key).toBe('สมชายน้ำใจ');
    for (const written of ['นายสมชาย  น้ำใจ', 'นาย สมชาย นํ้าใจ', 'สมชาย\u200b น้ํา ใจ']) {
      expect(nameKey(written)).toBe(key);
    }
  });

  test('does not mind case, dots and dashes in Latin names', () => {
    expect(nameKey('Mr. Jean-Paul St. John')).toBe(nameKey('JEAN PAUL ST JOHN'));
  });

  test('keeps first and last name apart', () => {
    expect(personNameKey('นางกา', 'นดา')).not.toBe(personNameKey('กาน', 'ดา'));
    expect(personNameKey('น.ส.กานดา', 'ดี  งาม')).toBe('กานดา ดีงาม');
  });
});

describe('characters that are not of a Thai name', () => {
  test('are found with their place', () => {
    expect(foreignCharacters('สมช\u093eย')).toEqual([{ character: '\u093e', codePoint: 'U+093E', index: 3 }]);
    expect(foreignCharacters('😀ก')).toEqual([{ character: '😀', codePoint: 'U+1F600', index: 0 }]);
  });

  test('are none in Thai and Latin names and addresses', () => {
    expect(foreignCharacters("ฤๅษี ๑๒/๓ (บ้านเก่า) O'Neil-Müller ฯ")).toEqual([]);
  });
});
