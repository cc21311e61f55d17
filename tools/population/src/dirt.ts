import { formatIdentityNumber, toThaiDigits } from '@faemban/thai';
import type { Random } from './random';

/** What a cell holds, as far as dirt is concerned. */
export type CellKind = 'name' | 'identityNumber' | 'figure' | 'clean';

const ZERO_WIDTH_SPACE = '\u200b';

/**
 * With this probability, one cell of the row gets written as careless hands and old programs write it: doubled spaces, เเ for แ,
 * ํ and า for ำ, a zero-width space; Thai digits; dashes in identity numbers. It never changes what the cell says.
 *
 * @returns whether a cell was changed
 */
export function dirty(cells: string[], kinds: readonly CellKind[], rate: number, random: Random): boolean {
  if (!random.chance(rate)) return false;
  const places = random.shuffle(kinds.flatMap((kind, place) => (kind !== 'clean' && cells[place] ? [place] : [])));
  for (const place of places) {
    const clean = cells[place] as string;
    const changed = dirtyCell(clean, kinds[place] as CellKind, random);
    if (changed === clean) continue;
    cells[place] = changed;
    return true;
  }
  return false;
}

function dirtyCell(text: string, kind: CellKind, random: Random): string {
  if (kind === 'figure') return toThaiDigits(text);
  if (kind === 'identityNumber') {
    if (!/^\d{13}$/.test(text)) return text;
    return random.chance(0.7) ? formatIdentityNumber(text) : toThaiDigits(text);
  }
  const ways = [
    `${text}  `,
    `  ${text}`,
    text.replaceAll('แ', 'เเ'),
    text.replaceAll('ำ', 'ํา'),
    `${text}${ZERO_WIDTH_SPACE}`,
    `${text.slice(0, 2)}${ZERO_WIDTH_SPACE}${text.slice(2)}`,
  ].filter((way) => way !== text);
  // The two spellings are rarer than what can happen to any name, so they come first where they can.
  const spellings = ways.filter((way) => way.includes('เเ') || way.includes('ํา'));
  return random.pick(spellings.length > 0 && random.chance(0.6) ? spellings : ways);
}
