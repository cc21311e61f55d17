/** What a store remembers of an accepted command: what it asked, by its digest, and where its events stand. */
export interface RememberedCommand {
  readonly commandId: string;
  /** SHA-256 (hex) over the command. */
  readonly digest: string;
  readonly stream: string;
  readonly firstVersion: number;
  readonly lastVersion: number;
  readonly lastSeq: number;
}
