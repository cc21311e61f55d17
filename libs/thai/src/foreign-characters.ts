/** A character that a Thai name or address does not have. */
export type ForeignCharacter = { readonly character: string; readonly codePoint: string; readonly index: number };

/**
 * The characters of a text that are neither Thai nor Latin letters, digits, spaces nor the punctuation of names and addresses
 * (`. , - ' ’ / ( ) & "`): scanning noise, other scripts, emoji. Empty when there is none. `index` counts UTF-16 code units.
 *
 * @example foreignCharacters('สมชाย') // [{ character: 'ा', codePoint: 'U+093E', index: 3 }]
 */
export function foreignCharacters(text: string): ForeignCharacter[] {
  const found: ForeignCharacter[] = [];
  for (let index = 0; index < text.length; index++) {
    const codePoint = text.codePointAt(index) ?? 0;
    if (!isThaiOrLatin(codePoint)) {
      const written = codePoint.toString(16).toUpperCase().padStart(4, '0');
      found.push({ character: String.fromCodePoint(codePoint), codePoint: `U+${written}`, index });
    }
    if (codePoint > 0xffff) index++;
  }
  return found;
}

function isThaiOrLatin(codePoint: number): boolean {
  if (codePoint >= 0x0e01 && codePoint <= 0x0e5b) return codePoint <= 0x0e3a || codePoint >= 0x0e3f;
  if (codePoint < 0x80) return ASCII[codePoint] === 1;
  return (
    codePoint === 0xa0 ||
    codePoint === 0x2019 ||
    (codePoint >= 0x2010 && codePoint <= 0x2014) ||
    (codePoint >= 0xc0 && codePoint <= 0x24f && codePoint !== 0xd7 && codePoint !== 0xf7) ||
    (codePoint >= 0x1e00 && codePoint <= 0x1eff)
  );
}

const ASCII = new Uint8Array(0x80);
for (const character of ` .,-'/()&"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz`) {
  ASCII[character.charCodeAt(0)] = 1;
}
