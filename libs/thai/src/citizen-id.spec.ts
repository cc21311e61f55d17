import { checkDigit, formatIdentityNumber, parseIdentityNumber } from './citizen-id';

describe('reading an identity number', () => {
  test.each([
    ['1840000000028', 'citizenId'],
    ['1840000000010', 'citizenId'],
    ['3840000012341', 'citizenId'],
    ['5840000000772', 'citizenId'],
    ['0840089000016', 'nonThaiId'],
    ['6840050000014', 'nonThaiId'],
  ])('accepts %s as %s', (number, kind) => {
    expect(parseIdentityNumber(number)).toEqual({
      kind,
      normalised: number,
      check: 'passed',
      accepted: true,
      problem: undefined,
    });
  });

  test.each([
    ['dashes', '1-8400-00000-02-8'],
    ['spaces', ' 1 8400 00000 02 8 '],
    ['Thai digits', '๑๘๔๐๐๐๐๐๐๐๐๒๘'],
    ['Thai digits with long dashes', '๑–๘๔๐๐–๐๐๐๐๐–๐๒–๘'],
    ['a byte order mark and no-break spaces', '\ufeff1840000000028\u00a0'],
  ])('accepts %s', (_, written) => {
    expect(parseIdentityNumber(written)).toMatchObject({
      normalised: '1840000000028',
      check: 'passed',
      accepted: true,
    });
  });

  test('refuses a wrong check digit of a number that starts with 1 to 8', () => {
    expect(parseIdentityNumber('1840000000029')).toMatchObject({
      kind: 'citizenId',
      normalised: '1840000000029',
      check: 'failed',
      accepted: false,
      problem: { code: 'number-check-digit', severity: 'error' },
    });
  });

  test('only warns about a wrong check digit of a number that starts with 0', () => {
    expect(parseIdentityNumber('0840089000017')).toMatchObject({
      kind: 'nonThaiId',
      check: 'failed',
      accepted: true,
      problem: { code: 'number-check-digit', severity: 'warning' },
    });
  });

  test.each([
    ['twelve digits', '184000000002', 'number-wrong-length'],
    ['fourteen digits', '18400000000280', 'number-wrong-length'],
    ['scientific notation', '1.84E+12', 'number-in-scientific-notation'],
    ['scientific notation of another locale', '1,84E+12', 'number-in-scientific-notation'],
    ['scientific notation in small letters', '1.84e12', 'number-in-scientific-notation'],
    ['a first digit no register gives out', '9840000000024', 'number-first-digit'],
    ['thirteen zeros', '0-0000-00000-00-0', 'number-placeholder'],
    ['a decimal number', '1840000000028.0', 'number-unreadable'],
    ['Thai text', 'ไม่ทราบ', 'number-unreadable'],
    ['a G code with a digit missing', 'G64420000000', 'number-wrong-length'],
  ])('refuses %s', (_, written, code) => {
    const reading = parseIdentityNumber(written);
    expect(reading).toMatchObject({
      accepted: false,
      kind: 'none',
      normalised: '',
      problem: { code, severity: 'error' },
    });
    expect(reading.problem?.sentence.th).toMatch(/[ก-๙]/);
    expect(reading.problem?.sentence.en).toMatch(/[a-z]/);
  });

  test('accepts a G code in either case, without a check', () => {
    expect(parseIdentityNumber('g644200000001')).toMatchObject({
      kind: 'gCode',
      normalised: 'G644200000001',
      check: 'notApplicable',
      accepted: true,
    });
  });

  test.each([['AA1234567'], ['MB 123456'], ['P1234567'], ['G12345678']])(
    'accepts the passport number %s',
    (written) => {
      expect(parseIdentityNumber(written)).toMatchObject({ kind: 'passport', check: 'notApplicable', accepted: true });
    },
  );

  test.each([[''], ['   '], ['-'], ['\u200b']])('takes %j as nothing given', (written) => {
    expect(parseIdentityNumber(written)).toMatchObject({ kind: 'none', normalised: '', accepted: true });
  });
});

describe('the check digit', () => {
  test('follows the published worked example', () => {
    expect(checkDigit('111203456356')).toBe(2);
  });

  test('needs twelve digits', () => {
    expect(() => checkDigit('18400000000')).toThrow(RangeError);
  });
});

describe('formatting a number', () => {
  test('groups the digits as cards do', () => {
    expect(formatIdentityNumber('1840000000028')).toBe('1-8400-00000-02-8');
  });

  test('leaves other documents as they are', () => {
    expect(formatIdentityNumber('G644200000001')).toBe('G644200000001');
  });
});
