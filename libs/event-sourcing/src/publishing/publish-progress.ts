/**
 * How far one context's log has been published, per partition. Recorded after the transport acknowledged, so that after a crash some is
 * sent again and nothing is left out.
 */
export interface PublishProgress {
  /** The last seq that was acknowledged, by partition; a partition that is absent stands at 0. */
  published(): Promise<ReadonlyMap<number, number>>;
  /** Moves a partition on to a seq; one that stands further already stays there. */
  advance(partition: number, toSeq: number): Promise<void>;
}
