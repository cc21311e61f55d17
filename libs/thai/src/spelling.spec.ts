import { normaliseSpelling } from './spelling';

describe('normalising a spelling', () => {
  test.each([
    ['ำ stored as two letters', 'นํา', 'นำ'],
    ['ำ as two letters with the tone first', 'น้ํา', 'น้ำ'],
    ['ำ as two letters with the tone between', 'นํ้า', 'น้ำ'],
    ['a tone typed after ำ', 'นำ้', 'น้ำ'],
    ['a tone typed after า', 'ขา้ว', 'ข้าว'],
    ['a tone typed before the vowel', 'ก่ิ', 'กิ่'],
    ['a tone typed twice', 'พี่่', 'พี่'],
    ['thanthakhat typed before the vowel', 'พันธ์ุ', 'พันธุ์'],
    ['เ typed twice for แ', 'เเก้ว', 'แก้ว'],
    ['zero-width characters', 'สม\u200bชาย\ufeff', 'สมชาย'],
    ['doubled and no-break spaces', '  สมชาย \u00a0 ใจดี\t', 'สมชาย ใจดี'],
    ['wide Latin letters', 'ＡＢＣ', 'ABC'],
    ['accents stored apart', 'Jose\u0301', 'José'],
  ])('mends %s', (_, written, expected) => {
    expect(normaliseSpelling(written)).toBe(expected);
  });

  test.each([['น้ำ'], ['กิ่งแก้ว'], ['ศักดิ์สิทธิ์'], ['สุราษฎร์ธานี'], ['เปี๊ยะ'], ['John Smith'], ['หมู่ 4'], ['']])(
    'leaves %j as it is',
    (text) => {
      expect(normaliseSpelling(text)).toBe(text);
    },
  );

  test('keeps names apart that differ in letters', () => {
    expect(normaliseSpelling('วรรณา')).not.toBe(normaliseSpelling('วันนา'));
  });
});
