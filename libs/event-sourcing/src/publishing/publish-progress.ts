/** How far one partition was published. */
export interface PublishedUpTo {
  /** The last seq that was acknowledged. */
  readonly seq: number;
  /**
   * The transport's offset behind the record of `seq`: everything up to `seq` stands before it, unless the transport has ever been
   * shorter than that since. Absent where it was recorded before offsets were.
   */
  readonly endOffset?: number;
  /** How often the partition was set back, because the transport had lost something. */
  readonly resends: number;
}

/** Where a partition stands of which nothing was recorded. */
export const nothingPublished = { seq: 0, endOffset: 0, resends: 0 } as const satisfies PublishedUpTo;

/**
 * How far one context's log has been published, per partition. Recorded after the transport acknowledged, so that after a crash some is
 * sent again and nothing is left out.
 */
export interface PublishProgress {
  /** How far it was published, by partition; a partition that is absent stands at {@link nothingPublished}. */
  published(): Promise<ReadonlyMap<number, PublishedUpTo>>;
  /**
   * Moves a partition on; one that stands further already stays there. Answers false where it was set back another number of times than
   * `to` says: then what was sent does not count, and nothing changes.
   */
  advance(partition: number, to: PublishedUpTo): Promise<boolean>;
  /** Sets a partition back to its beginning for the nth time, before it is sent again; one that was set back as often stays as it is. */
  setBack(partition: number, resends: number): Promise<void>;
}
