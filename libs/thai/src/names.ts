import { toArabicDigits } from './digits';
import { normaliseSpelling } from './spelling';
import { titles } from './titles';

/** A name with the titles before it taken off. `title` is as it was written, spelling normalised; empty when there was none. */
export type NameWithoutTitle = { readonly title: string; readonly name: string };

type Prefix = { readonly text: string; readonly needsSpace: boolean };

/**
 * Spellings of titles by their first letter, longest first. `needsSpace`: too short or too common as the beginning of a name to
 * be taken off when the name follows without a space.
 */
const prefixesByFirstLetter = new Map<string, Prefix[]>();
const spellings = new Set(titles.flatMap(({ th, abbreviations }) => [th, ...abbreviations]));
for (const spelling of [...spellings]) {
  spellings.add(spelling.replaceAll(' ', ''));
  spellings.add(spelling.replace(/\.หญิง$/, '. หญิง'));
}
for (const spelling of ['Mr.', 'Mrs.', 'Miss', 'Ms.', 'Master', 'Mr', 'Mrs', 'Ms'])
  spellings.add(spelling.toLowerCase());
for (const text of [...spellings].sort((left, right) => right.length - left.length)) {
  const first = text.charAt(0);
  const known = prefixesByFirstLetter.get(first) ?? [];
  known.push({ text, needsSpace: !text.endsWith('.') && (/^[a-z]/.test(text) || text === 'พระ') });
  prefixesByFirstLetter.set(first, known);
}

const NOT_IN_A_KEY = /[^\p{L}\p{M}\p{Nd}]/gu;

/**
 * Takes the titles off the beginning of a name: `นายสมชาย`, `น.ส. มาลี`, `ว่าที่ ร.ต. หญิง …`, several in a row. A title without a
 * space after it is taken off only when what follows can be a name: it begins like one and has two consonants. When nothing
 * but a title is there it stays the name.
 *
 * @example splitTitle('พ.ต.ต.หญิง มาลี ใจดี') // { title: 'พ.ต.ต.หญิง', name: 'มาลี ใจดี' }
 */
export function splitTitle(text: string): NameWithoutTitle {
  const whole = normaliseSpelling(text);
  let rest = whole;
  for (;;) {
    const shorter = withoutOneTitle(rest);
    if (shorter === undefined) break;
    rest = shorter;
  }
  return { title: whole.slice(0, whole.length - rest.length).trim(), name: rest };
}

/**
 * A text two spellings of one name have in common: spelling normalised, titles, spaces, dots and other signs gone, digits Arabic,
 * Latin letters in lower case. For comparing and for keyed hashes, never for showing. Empty for a name without letters.
 *
 * @example nameKey('นาย  สมชาย ใจดี') === nameKey('สมชายใจดี') // true
 */
export function nameKey(text: string): string {
  return lettersOnly(splitTitle(text).name);
}

/**
 * The key of first and last name together, for matching persons. The first name may still carry a title. The two parts stay
 * apart in the key, so that `กา นดา` and `กาน ดา` differ.
 */
export function personNameKey(firstName: string, lastName: string): string {
  return `${nameKey(firstName)} ${lettersOnly(normaliseSpelling(lastName))}`;
}

function lettersOnly(text: string): string {
  if (isThaiLettersOnly(text)) return text;
  return toArabicDigits(text).toLowerCase().replace(NOT_IN_A_KEY, '');
}

function withoutOneTitle(text: string): string | undefined {
  const known = prefixesByFirstLetter.get(text.charAt(0)) ?? prefixesByFirstLetter.get(text.charAt(0).toLowerCase());
  if (known === undefined) return undefined;
  for (const { text: prefix, needsSpace } of known) {
    if (!startsWith(text, prefix)) continue;
    const rest = text.slice(prefix.length);
    const name = rest.trimStart();
    if (name === '') return undefined;
    const isParted = name.length < rest.length || prefix.endsWith('.');
    if (isParted ? beginsLikeAName(name) : !needsSpace && canFollowATitleAtOnce(name)) return name;
  }
  return undefined;
}

function startsWith(text: string, prefix: string): boolean {
  if (prefix.charCodeAt(0) >= 0x80) return text.startsWith(prefix);
  return text.slice(0, prefix.length).toLowerCase() === prefix;
}

/** With a consonant, a vowel written before one, or a Latin letter. */
function beginsLikeAName(text: string): boolean {
  const first = text.charCodeAt(0);
  return isConsonant(first) || (first >= 0x0e40 && first <= 0x0e44) || /^[a-z\u00c0-\u024f]/i.test(text);
}

function canFollowATitleAtOnce(text: string): boolean {
  if (!beginsLikeAName(text)) return false;
  let consonants = 0;
  for (let index = 0; index < text.length && text.charCodeAt(index) !== 0x20; index++) {
    if (isConsonant(text.charCodeAt(index)) && ++consonants === 2) return true;
  }
  return false;
}

function isConsonant(codeUnit: number): boolean {
  return codeUnit >= 0x0e01 && codeUnit <= 0x0e2e;
}

/** Thai letters, vowels and marks: ๆ ฯ ฿, digits and the old signs are not. */
function isThaiLettersOnly(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const codeUnit = text.charCodeAt(index);
    const isLetter =
      (codeUnit >= 0x0e01 && codeUnit <= 0x0e3a && codeUnit !== 0x0e2f) || (codeUnit >= 0x0e40 && codeUnit <= 0x0e4d);
    if (!isLetter || codeUnit === 0x0e46) return false;
  }
  return true;
}
