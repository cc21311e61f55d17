import type { ContextName } from '@faemban/contracts';
import type { Vector } from '../ports';
import type { Comparison } from './compare';

/**
 * Where a rebuild stands. `filling`, `comparing`, `switching` and `tidying` are at work (or paused); `verified` waits for somebody to
 * switch; the others are ends. `refused`: live and rebuilt differ, the old one keeps serving.
 */
export type RebuildState =
  'filling' | 'comparing' | 'verified' | 'switching' | 'tidying' | 'switched' | 'refused' | 'cancelled' | 'failed';

/** The states in which something is still to be done after a restart. */
export const unfinishedStates: readonly RebuildState[] = ['filling', 'comparing', 'verified', 'switching', 'tidying'];

/** What is written down of a rebuild: enough to go on after a restart, and to say later what was done. Times in ISO 8601, UTC. */
export interface RebuildRecord {
  readonly rebuildId: string;
  readonly context: ContextName;
  readonly view: string;
  readonly version: number;
  /** The generation that was in service when it began, and the one that is filled. */
  readonly before: number;
  readonly generation: number;
  readonly state: RebuildState;
  readonly isPaused: boolean;
  readonly startedBy: string;
  readonly startedAt: string;
  /** Whether an equal generation goes into service by itself. */
  readonly switchesItself: boolean;
  /** Why live and rebuilt may differ; then a difference is reported and does not refuse. */
  readonly expectedDifferences?: string;
  /** Up to where partitions are filled: the heads when it began. */
  readonly target: Vector;
  readonly eventsTotal: number;
  /** What filling took: events read, and seconds of work, pauses and restarts not counted. */
  readonly eventsFilled: number;
  readonly secondsFilling: number;
  readonly comparison?: Comparison;
  readonly verifiedAt?: string;
  readonly switchedAt?: string;
  readonly switchedBy?: string;
  /** Where the new generation stood when it went into service. */
  readonly switchedAtVector?: Vector;
  readonly finishedAt?: string;
  /** What went wrong, in one line. */
  readonly problem?: string;
}
