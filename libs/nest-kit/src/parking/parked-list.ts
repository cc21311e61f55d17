import type { ContextName } from '@faemban/contracts';
import type { ParkedCause, ParkedEvent, ParkedFilter, ParkedSequence, SequenceKey } from '@faemban/event-sourcing';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../http/cursors';
import { Problem } from '../http/problem';
import { scrubbed } from '../operations/logs';
import type { RunnerPlan, Runners } from '../runners/runners';

/** What is asked of the list: one view or policy, and which of its sequences. */
export interface AskParked extends ParkedFilter {
  readonly view?: string;
  readonly limit: number;
  readonly after?: string;
}

/** Whose it is: a view, a tally or a policy. */
export type ParkedOwner = Pick<RunnerPlan, 'kind' | 'context'> & { readonly view: string };

/** One parked sequence: its first event, which failed, and how many wait with it. Ages in seconds. */
export type ParkedItem = ParkedOwner &
  Pick<ParkedEvent, 'seq' | 'eventId' | 'cause' | 'code' | 'message' | 'attempts' | 'parkedAt'> & {
    /** The household, or the stream where no household could be told. */
    readonly id: string;
    /** The context the events are of. */
    readonly eventsOf: ContextName;
    readonly partition: number;
    readonly events: number;
    readonly ageSeconds: number;
  };

/** The answer of `GET /parked`. Counts are of sequences (households, or streams) and events; ages in seconds. */
export interface ParkedList {
  readonly total: number;
  readonly sequences: number;
  readonly oldestAt: string | null;
  readonly oldestSeconds: number;
  readonly causes: readonly (ParkedOwner & ParkedCause & { readonly oldestSeconds: number })[];
  readonly items: readonly ParkedItem[];
  readonly next?: string;
}

const cursorSchema = z.tuple([z.string(), z.string(), z.string(), z.int()]);

/**
 * What is parked: summed up by cause, of one view or of all, and one page of sequences of those that are meant. Views, tallies and
 * policies follow one another, each by context, id and partition.
 */
export async function listParked(runners: Runners, asked: AskParked, nowMs: number): Promise<ParkedList> {
  const plans = asked.view === undefined ? runners.planned() : [planOf(runners, asked.view)];
  const ageOf = (instant: string): number => Math.max(0, Math.round((nowMs - Date.parse(instant)) / 1000));
  const owners = await Promise.all(plans.map(async (plan) => ({ plan, handle: await plan.parkedEvents() })));
  const causes = await Promise.all(
    owners.map(async ({ plan, handle }) =>
      (await handle.parkedCauses()).map((cause) => ({
        ...ownerOf(plan),
        ...cause,
        message: scrubbed(cause.message),
        oldestSeconds: ageOf(cause.oldestAt),
      })),
    ),
  );
  const all = causes.flat();
  const oldestAt = all.reduce<string | null>(
    (oldest, cause) => (oldest === null || cause.oldestAt < oldest ? cause.oldestAt : oldest),
    null,
  );

  const from = asked.after === undefined ? undefined : decodeCursor(cursorSchema, asked.after);
  const found: (ParkedSequence & { readonly plan: RunnerPlan })[] = [];
  let isReached = from === undefined;
  for (const { plan, handle } of owners) {
    const isHere: boolean = from?.[0] === placeOf(plan);
    isReached ||= isHere;
    const missing = asked.limit + 1 - found.length;
    if (!isReached || missing <= 0) continue;
    const after = isHere && from !== undefined ? { after: keyOf(from) } : {};
    const page = await handle.parkedSequences({ ...filterOf(asked), ...after, limit: missing });
    found.push(...page.map((sequence) => ({ ...sequence, plan })));
  }
  const shown = found.slice(0, asked.limit);
  const last = shown.at(-1);
  return {
    total: all.reduce((sum, { events }) => sum + events, 0),
    sequences: all.reduce((sum, { sequences }) => sum + sequences, 0),
    oldestAt,
    oldestSeconds: oldestAt === null ? 0 : ageOf(oldestAt),
    causes: all,
    items: shown.map(({ plan, id, partition, events, context, first }) => {
      const { seq, eventId, cause, code, message, attempts, parkedAt } = first;
      const told = { seq, eventId, cause, code, message: scrubbed(message), attempts, parkedAt };
      return { ...ownerOf(plan), id, eventsOf: context, partition, events, ...told, ageSeconds: ageOf(parkedAt) };
    }),
    ...(found.length > shown.length && last !== undefined
      ? { next: encodeCursor([placeOf(last.plan), last.context, last.id, last.partition]) }
      : {}),
  };
}

/** The view, tally or policy of a name. @throws Problem 404 `view-unknown` */
export function planOf(runners: Runners, name: string): RunnerPlan {
  const plans = runners.planned();
  const plan = plans.find((one) => one.name === name);
  if (plan !== undefined) return plan;
  const known = plans.map((one) => one.name).join(', ');
  throw new Problem(404, 'view-unknown', {
    th: `ไม่มีข้อมูลสรุปหรือนโยบายชื่อนี้ ที่มีคือ ${known}`,
    en: `There is no view or policy of this name. There are: ${known}.`,
  });
}

const ownerOf = ({ name, kind, context }: RunnerPlan): ParkedOwner => ({ view: name, kind, context });
const placeOf = ({ kind, name }: RunnerPlan): string => `${kind}:${name}`;
const keyOf = ([, context, id, partition]: z.infer<typeof cursorSchema>): SequenceKey => {
  return { context: context as ContextName, id, partition };
};

function filterOf({ household, cause, parkedBefore }: ParkedFilter): ParkedFilter {
  return {
    ...(household === undefined ? {} : { household }),
    ...(cause === undefined ? {} : { cause }),
    ...(parkedBefore === undefined ? {} : { parkedBefore }),
  };
}
