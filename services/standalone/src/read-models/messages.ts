import type { ContextName } from '@faemban/contracts';
import type { ReplayOutcome, ReplayRequest, RunnerIncident, RunnerStatus } from '@faemban/event-sourcing';

/** What the thread is given when it begins. */
export interface ThreadBeginning {
  readonly context: ContextName;
  readonly eventsFile: string;
  readonly viewsFile: string;
}

/** What the thread is asked: to do something with one runner, or to look at the log because something was appended. */
export type Request =
  | { readonly id: number; readonly ask: 'start' | 'settle' | 'stop'; readonly runner: string }
  | { readonly id: number; readonly ask: 'replay'; readonly runner: string; readonly replay: ReplayRequest }
  | { readonly id: number; readonly ask: 'close' }
  | { readonly ask: 'wake' };

/** What the thread tells: that a request was done or failed, how its runners stand, or what operators should know of. */
export type Reply =
  | {
      readonly done: number;
      readonly failed?: string;
      /** What a replay answered. */
      readonly outcome?: ReplayOutcome;
      readonly statuses: readonly RunnerStatus[];
    }
  | { readonly statuses: readonly RunnerStatus[] }
  | { readonly incident: Omit<RunnerIncident, 'error'> };
