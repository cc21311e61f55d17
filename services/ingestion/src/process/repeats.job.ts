import type { RowRepeats } from '../imports/import-hold.decisions';
import { ShardedMap } from '../staging/sharded-map';

/** Characters kept of a digest to recognise content by: 128 bits of it. */
const digestCharacters = 32;

/** Counts an import's rows that bring nothing new: already applied, or said before in the same file. */
export class Repeats {
  private readonly seen = new ShardedMap<string, true>();
  private repeatEachOther = 0;
  private alreadyApplied = 0;

  /** Rows of which the file has said just this before. */
  hearRepeated(rows: number): void {
    this.repeatEachOther += rows;
  }

  /** Rows that together say one thing. `digest` is of their content, without the names the source gives them. */
  hear(digest: string, rows: number, isApplied: boolean): void {
    const key = digest.slice(0, digestCharacters);
    const isKnown = this.seen.get(key) === true;
    this.seen.set(key, true);
    if (isApplied) this.alreadyApplied += rows;
    else if (isKnown) this.repeatEachOther += rows;
  }

  /** Rows that say what is applied. */
  hearApplied(rows: number): void {
    this.alreadyApplied += rows;
  }

  get counts(): RowRepeats {
    return { repeatEachOther: this.repeatEachOther, alreadyApplied: this.alreadyApplied };
  }
}
