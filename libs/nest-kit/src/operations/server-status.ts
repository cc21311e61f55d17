import type { ContextName } from '@faemban/contracts';
import type { RunnerStatus } from '@faemban/event-sourcing';
import type { Platform } from '../platform';
import type { Runners } from '../runners/runners';
import { scrubbed } from './logs';
import type { ServerState } from './server-state';

const bytesPerMebibyte = 1024 * 1024;

/** A context's log as `/status` tells it. */
export interface ContextStatus {
  readonly context: ContextName;
  readonly events: number;
  readonly lastRecordedAt: string | null;
}

/** How a server stands: the answer of `GET /status`, which leaves vectors out unless they are asked for. */
export interface ServerStatus {
  readonly service: string;
  readonly profile: Platform['profile'];
  readonly startedAt: string;
  readonly draining: boolean;
  readonly residentMebibytes: number;
  readonly contexts: readonly ContextStatus[];
  /** Events that could not be applied, over all views and policies; since when, and for how many seconds. */
  readonly parked: { readonly total: number; readonly oldestAt: string | null; readonly oldestSeconds: number };
  readonly runners: readonly (Omit<RunnerStatus, 'vector' | 'heads'> &
    Partial<Pick<RunnerStatus, 'vector' | 'heads'>>)[];
}

/** Takes the status now. */
export async function serverStatus(platform: Platform, runners: Runners, state: ServerState): Promise<ServerStatus> {
  const statuses = runners.statuses();
  return {
    service: state.service,
    profile: platform.profile,
    startedAt: state.startedAt,
    draining: state.isDraining,
    residentMebibytes: Math.round(process.memoryUsage.rss() / bytesPerMebibyte),
    contexts: await Promise.all(platform.contexts.map((context) => contextStatus(platform, context))),
    parked: parkedStatus(statuses, platform.clock()),
    runners: statuses.map(({ fault, ...status }) => ({
      ...status,
      ...(fault === undefined ? {} : { fault: scrubbed(fault) }),
    })),
  };
}

function parkedStatus(statuses: readonly RunnerStatus[], nowMs: number): ServerStatus['parked'] {
  const instants = statuses.flatMap(({ parkedOldestAt }) => parkedOldestAt ?? []).sort();
  const oldestAt = instants[0] ?? null;
  return {
    total: statuses.reduce((sum, { parkedTotal }) => sum + parkedTotal, 0),
    oldestAt,
    oldestSeconds: oldestAt === null ? 0 : Math.max(0, Math.round((nowMs - Date.parse(oldestAt)) / 1000)),
  };
}

async function contextStatus(platform: Platform, context: ContextName): Promise<ContextStatus> {
  const heads = await platform.log.heads(context);
  return {
    context,
    events: heads.reduce((sum, { seq }) => sum + seq, 0),
    lastRecordedAt: heads.reduce<string | null>(
      (last, { recordedAt }) => (recordedAt && (!last || recordedAt > last) ? recordedAt : last),
      null,
    ),
  };
}
