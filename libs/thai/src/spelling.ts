const SARA_AA = 0x0e32;
const SARA_AM = 0x0e33;
const NIKHAHIT = 0x0e4d;
const SARA_E = 0x0e40;

/**
 * Order of the marks over and under a Thai consonant: phinthu, vowels, mai taikhu, nikhahit, tone marks, thanthakhat, yamakkan.
 * 0 is anything that is not such a mark. Index: code unit − 0x0E00.
 */
const MARK_RANK = new Uint8Array(0x80);
for (const [first, last, rank] of [
  [0x3a, 0x3a, 1],
  [0x31, 0x31, 2],
  [0x34, 0x39, 2],
  [0x47, 0x47, 3],
  [0x4d, 0x4d, 4],
  [0x48, 0x4b, 5],
  [0x4c, 0x4c, 6],
  [0x4e, 0x4e, 7],
] as const) {
  MARK_RANK.fill(rank, first, last + 1);
}

/** Zero-width and direction characters, soft hyphen, byte order mark, variation selectors. */
const INVISIBLE =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/g;
const CONTROL_AND_SPACE = /[\s\u0000-\u001f\u007f-\u009f]+/g;
/** ํ and า that belong together, with what was typed between them. */
const SPLIT_AM = /\u0e4d([\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*)\u0e32/g;
const CLUSTER =
  /[\u0e31\u0e33-\u0e3a\u0e47-\u0e4e]+\u0e32?[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*|\u0e32[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]+/g;

/**
 * One spelling of a Thai text for the several ways it gets typed and stored. The result is the same when applied again.
 *
 * Compatibility forms become ordinary ones (NFKC), but ำ stays one letter and ํ+า becomes it; เเ becomes แ; marks over and under a
 * consonant get the order vowel, tone, thanthakhat, and a mark typed twice stays once; invisible characters go away; white
 * space becomes one space, none at the ends. Letters are never replaced by similar ones.
 *
 * @example normaliseSpelling(' เเม่นํ้า  ') // 'แม่น้ำ'
 */
export function normaliseSpelling(text: string): string {
  if (isPlain(text)) return text;
  let spelling = text.replace(INVISIBLE, '').normalize('NFKC').replace(INVISIBLE, '');
  // A mark behind several า moves in front of one of them at a time.
  for (let before = ''; before !== spelling;) {
    before = spelling;
    spelling = spelling
      .replace(SPLIT_AM, '$1\u0e33')
      .replace(CLUSTER, orderedCluster)
      .replace(/\u0e40\u0e40/g, '\u0e41');
  }
  return spelling.replace(CONTROL_AND_SPACE, ' ').trim();
}

/** Whether nothing in the text can need another spelling: the quick way out for nearly every cell. */
function isPlain(text: string): boolean {
  let previous = 0x20;
  let previousRank = 0;
  for (let index = 0; index < text.length; index++) {
    const codeUnit = text.charCodeAt(index);
    let rank = 0;
    if (codeUnit < 0x7f) {
      if (codeUnit < 0x20 || (codeUnit === 0x20 && previous === 0x20)) return false;
    } else {
      if (codeUnit < 0x0e01 || codeUnit > 0x0e5b || codeUnit === NIKHAHIT) return false;
      rank = MARK_RANK[codeUnit - 0x0e00] ?? 0;
      if (rank > 0 && (previousRank >= rank || previous === SARA_AA || previous === SARA_AM)) return false;
      if (codeUnit === SARA_E && previous === SARA_E) return false;
      if (previous === SARA_AM && (codeUnit === SARA_AM || codeUnit === SARA_AA)) return false;
    }
    previous = codeUnit;
    previousRank = rank;
  }
  return previous !== 0x20;
}

/** The marks of one consonant in their order, each once, and after them the า or ำ that was among them. */
function orderedCluster(cluster: string): string {
  const marks = new Set<number>();
  let hasAa = false;
  for (let index = 0; index < cluster.length; index++) {
    const codeUnit = cluster.charCodeAt(index);
    if (codeUnit === SARA_AA) hasAa = true;
    else if (codeUnit === SARA_AM) {
      hasAa = true;
      marks.add(NIKHAHIT);
    } else marks.add(codeUnit);
  }
  const isAm = hasAa && marks.delete(NIKHAHIT);
  const ordered = [...marks].sort((left, right) => rankOf(left) - rankOf(right) || left - right);
  const ending = isAm ? '\u0e33' : hasAa ? '\u0e32' : '';
  return String.fromCharCode(...ordered) + ending;
}

function rankOf(codeUnit: number): number {
  return MARK_RANK[codeUnit - 0x0e00] ?? 0;
}
