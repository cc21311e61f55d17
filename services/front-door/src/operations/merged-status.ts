import type { ServerStatus } from '@faemban/nest-kit';
import type { Sentence } from '@faemban/event-sourcing';
import { ownerOf, type ServiceName } from '../routes';

/** A runner as `/status` tells it. */
type RunnerLine = ServerStatus['runners'][number];

/**
 * How one service stands: its addresses, how many of them are ready, what those wait for that are not, and whether its name resolves.
 */
export interface ServiceLine {
  readonly service: ServiceName;
  readonly instances: number;
  readonly ready: number;
  readonly waitingFor: readonly Sentence[];
}

/** The status of the whole system: what one server would say, and how its services stand. */
export interface MergedStatus extends ServerStatus {
  readonly services: readonly ServiceLine[];
}

/** What one instance answered to `GET /status`. */
export interface InstanceStatus {
  readonly service: ServiceName;
  readonly status: ServerStatus;
}

/**
 * One status out of those of all instances. A context is told by the service that records it. Instances of one service share its runners by
 * partitions: their lags add up, and the one worst off tells the state; what is parked is kept by the service, and the highest count is the
 * newest. Memory is that of all of them, in MiB.
 */
export function mergeStatuses(
  statuses: readonly InstanceStatus[],
  services: readonly ServiceLine[],
  own: Pick<ServerStatus, 'startedAt' | 'draining' | 'residentMebibytes'>,
): MergedStatus {
  const contexts = new Map<string, ServerStatus['contexts'][number]>();
  for (const { service, status } of statuses) {
    for (const line of status.contexts) {
      const known = contexts.get(line.context);
      if (ownerOf(line.context) === service && line.events >= (known?.events ?? 0)) contexts.set(line.context, line);
    }
  }
  const runners = new Map<string, RunnerLine>();
  for (const { status } of statuses) {
    for (const line of status.runners) {
      const key = `${line.kind}:${line.name}`;
      const known = runners.get(key);
      runners.set(key, known === undefined ? line : mergeRunners(known, line));
    }
  }
  const lines = [...runners.values()];
  const oldest = statuses
    .map(({ status }) => status.parked)
    .filter(({ oldestAt }) => oldestAt !== null)
    .sort((one, other) => other.oldestSeconds - one.oldestSeconds)[0];
  return {
    service: 'front-door',
    profile: statuses[0]?.status.profile ?? 'distributed',
    startedAt: own.startedAt,
    draining: own.draining,
    residentMebibytes: statuses.reduce((sum, { status }) => sum + status.residentMebibytes, own.residentMebibytes),
    contexts: [...contexts.values()],
    parked: {
      total: lines.reduce((sum, { parkedTotal }) => sum + parkedTotal, 0),
      oldestAt: oldest?.oldestAt ?? null,
      oldestSeconds: oldest?.oldestSeconds ?? 0,
    },
    runners: lines,
    services,
  };
}

const fromBestToWorst: readonly RunnerLine['state'][] = ['live', 'catching-up', 'starting', 'stopped', 'faulted'];

function mergeRunners(one: RunnerLine, other: RunnerLine): RunnerLine {
  const worse = fromBestToWorst.indexOf(one.state) >= fromBestToWorst.indexOf(other.state) ? one : other;
  const instants = [one.parkedOldestAt, other.parkedOldestAt].flatMap((instant) => instant ?? []).sort();
  const vectors =
    one.vector === undefined || other.vector === undefined ? {} : { vector: furthest(one.vector, other.vector) };
  const heads = one.heads === undefined || other.heads === undefined ? {} : { heads: furthest(one.heads, other.heads) };
  return {
    ...worse,
    ...vectors,
    ...heads,
    lagEvents: one.lagEvents + other.lagEvents,
    lagSeconds: Math.max(one.lagSeconds, other.lagSeconds),
    parkedTotal: Math.max(one.parkedTotal, other.parkedTotal),
    parkedOldestAt: instants[0] ?? null,
    applied: one.applied + other.applied,
  };
}

function furthest(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Record<string, number> {
  const merged: Record<string, number> = { ...one };
  for (const [key, seq] of Object.entries(other)) merged[key] = Math.max(seq, merged[key] ?? 0);
  return merged;
}
