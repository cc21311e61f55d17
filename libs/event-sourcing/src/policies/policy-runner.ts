import { setTimeout as delay } from 'node:timers/promises';
import type { Actor } from '@faemban/contracts';
import { asError, classify } from '../classify';
import { RuleBroken } from '../decider';
import { CommandIdReused, invariant } from '../errors';
import type { CommandContext } from '../events';
import { policyCommandId } from '../ids';
import { behind, failed, type ParkingCause } from '../parking/failure-code';
import { vectorKey, type Clock, type EventLog, type LoggedEvent, type PolicyHandle, type PolicyStore } from '../ports';
import { followLog } from '../runners/follow-log';
import type { Lag, Progress } from '../runners/progress';
import {
  reportParked,
  retryDelayMs,
  retryPlanDefault,
  type ReportIncident,
  type RetryPlan,
  type Runner,
} from '../runners/runner';
import { catalogueUpcasters, type Upcasters } from '../upcasters';
import type { Policy, PolicyCommand } from './define-policy';
import { replayPolicy, type PolicyInHand as InHand } from './replay-policy';

/** Streams for which a policy's commands are in flight at once, by default: enough for a store to commit them in groups. */
export const policyConcurrencyDefault = 256;
/** Events that one pass takes in hand over all partitions, and at most of one partition. */
const passEventsMax = 4_000;
const batchEventsMax = 500;
/** A command that meets a transient failure is tried again in its place this often before the whole pass is. */
const commandRetriesMax = 3;

/** On whose authority policies act. */
export const policyActor: Actor = { accountId: 'platform', office: 'platform', role: 'SYS', channel: 'policy' };

/** Hands a policy's command to its handler; rejects with what the handler threw. */
export type PolicyDispatch = (command: PolicyCommand, context: CommandContext) => Promise<unknown>;

/** What a policy runner is made of. */
export interface PolicyRunnerOptions {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the event's and the commands' types do not matter here
  readonly policy: Policy<any, any>;
  readonly log: EventLog;
  readonly store: PolicyStore;
  readonly dispatch: PolicyDispatch;
  readonly clock: Clock;
  readonly actor?: Actor;
  readonly concurrency?: number;
  readonly upcasters?: Upcasters;
  readonly report?: ReportIncident;
  readonly retry?: RetryPlan;
}

/**
 * Runs a policy: every event it is for becomes commands, in order per stream, many streams at once. A command id that derives from the
 * event makes redelivery harmless; a rule's refusal is an outcome and is stored with the checkpoint; an event that cannot be worked is
 * parked with the later ones of its stream. The checkpoint moves over what is done without a gap.
 */
export function createPolicyRunner(options: PolicyRunnerOptions): Runner {
  const { policy, log, store, dispatch, clock, report } = options;
  const { actor = policyActor, concurrency = policyConcurrencyDefault, upcasters = catalogueUpcasters } = options;
  const retry = options.retry ?? retryPlanDefault;
  const context = policy.on.context;
  let handle: PolicyHandle | undefined;

  const now = (): string => new Date(clock()).toISOString();

  const open = async () => {
    handle ??= await store.open({ key: policy.key, context });
    let vector = await handle.checkpoint();
    const heads = await log.heads(context);
    const isNew = heads.some(({ partition }) => vector[vectorKey(context, partition)] === undefined);
    if (isNew) {
      for (const { partition, seq } of heads) {
        if (vector[vectorKey(context, partition)] !== undefined) continue;
        const toSeq = policy.startAt === 'now' ? seq : 0;
        await handle.advance({ partition, toSeq, refusals: [], parked: [] });
      }
      vector = await handle.checkpoint();
    }
    return { vector, parked: await handle.parked(0) };
  };

  const take = (logged: LoggedEvent): InHand => {
    if (logged.type !== policy.on.type) return { event: logged, commands: [], isDone: true, refusals: [] };
    try {
      const commands = policy.react(upcasters.upcast(logged));
      return { event: logged, commands, isDone: commands.length === 0, refusals: [] };
    } catch (failure) {
      return { event: logged, commands: [], failure, isDone: false, refusals: [] };
    }
  };

  const park = (inHand: InHand, cause: ParkingCause): void => {
    const { partition, seq, stream, id: eventId } = inHand.event;
    inHand.parked = { view: policy.key, context, partition, seq, id: stream, eventId, ...cause, parkedAt: now() };
    inHand.isDone = true;
  };

  /** Works one event's commands; what it throws concerns the whole pass. */
  const workEvent = async (inHand: InHand): Promise<void> => {
    if (inHand.failure !== undefined) return park(inHand, failed(inHand.failure));
    const { event } = inHand;
    for (const [index, command] of inHand.commands.entries()) {
      try {
        await dispatchPatiently(command, {
          commandId: policyCommandId(policy.key, event, index),
          actor,
          area: event.area,
          occurredAt: now(),
          correlationId: event.correlationId,
          causationId: event.id,
          ...(event.traceparent === undefined ? undefined : { traceparent: event.traceparent }),
        });
      } catch (error) {
        if (error instanceof RuleBroken) {
          inHand.refusals.push({ eventId: event.id, rule: error.rule, at: now() });
        } else if (!(error instanceof CommandIdReused)) {
          const failure = classify(error);
          if (failure === 'transient' || failure === 'conflict' || failure === 'fatal') throw error;
          return park(inHand, failed(error));
        }
      }
    }
    inHand.isDone = true;
  };

  const dispatchPatiently = async (command: PolicyCommand, told: CommandContext): Promise<void> => {
    for (let retries = 1; ; retries += 1) {
      try {
        await dispatch(command, told);
        return;
      } catch (error) {
        const failure = classify(error);
        if ((failure !== 'transient' && failure !== 'conflict') || retries > commandRetriesMax) throw error;
        await delay(retryDelayMs(retry, retries));
      }
    }
  };

  /** One stream's events, in order; behind a parked one all others are parked too. */
  const workStream = async (chain: readonly InHand[], isParked: boolean, hasEnded: () => boolean): Promise<void> => {
    let isBehind = isParked;
    for (const inHand of chain) {
      if (hasEnded()) return;
      if (isBehind) park(inHand, behind(`what is parked of ${inHand.event.stream}`));
      else await workEvent(inHand);
      isBehind ||= inHand.parked !== undefined;
    }
  };

  const work = async (lags: readonly Lag[], progress: Progress, isStopping: () => boolean): Promise<boolean> => {
    invariant(handle !== undefined, 'a policy runner works after it was opened');
    const limit = Math.min(batchEventsMax, Math.ceil(passEventsMax / lags.length));
    const batches: { readonly lag: Lag; readonly inHand: readonly InHand[] }[] = [];
    for (const lag of lags) {
      const events = await log.read(context, lag.partition, lag.after, limit);
      progress.noticed(lag, events);
      batches.push({ lag, inHand: events.map(take) });
    }
    const chains = byStream(batches.flatMap(({ inHand }) => inHand));
    const parkedIds = progress.parkedTotal === 0 ? new Set<string>() : await handle.parkedIds([...chains.keys()]);

    let failure: Error | undefined;
    const hasEnded = (): boolean => failure !== undefined || isStopping();
    const waiting = chains.entries();
    const worker = async (): Promise<void> => {
      for (const [stream, chain] of waiting) {
        if (hasEnded()) return;
        try {
          await workStream(chain, parkedIds.has(stream), hasEnded);
        } catch (error) {
          failure ??= asError(error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, chains.size) }, worker));

    for (const { lag, inHand } of batches) await advance(handle, lag, inHand, progress);
    if (failure !== undefined) throw failure;
    return batches.some(({ inHand }) => inHand.length === limit);
  };

  /** Moves the checkpoint over the events that are done without a gap, with what became of them. */
  const advance = async (opened: PolicyHandle, lag: Lag, inHand: readonly InHand[], progress: Progress) => {
    const undone = inHand.findIndex(({ isDone }) => !isDone);
    const done = undone === -1 ? inHand : inHand.slice(0, undone);
    if (done.length === 0) return;
    const toSeq = lag.after + done.length;
    const parked = done.flatMap((one) => (one.parked === undefined ? [] : [one.parked]));
    await opened.advance({ partition: lag.partition, toSeq, refusals: done.flatMap((one) => one.refusals), parked });
    progress.advanced(lag, toSeq, parked);
    reportParked(policy.key, parked, report);
  };

  return followLog({
    name: policy.key,
    kind: 'policy',
    contexts: [context],
    log,
    clock,
    report,
    retry,
    restsBetweenPasses: false,
    open,
    work,
    async replay(request, progress) {
      invariant(handle !== undefined, 'a policy runner replays after it was opened');
      const outcome = await replayPolicy({ handle, log, take, work: workEvent }, request);
      progress.parked(await handle.parked(0));
      return outcome;
    },
  });
}

function byStream(all: readonly InHand[]): Map<string, InHand[]> {
  const chains = new Map<string, InHand[]>();
  for (const inHand of all) {
    if (inHand.isDone) continue;
    const chain = chains.get(inHand.event.stream);
    if (chain === undefined) chains.set(inHand.event.stream, [inHand]);
    else chain.push(inHand);
  }
  return chains;
}
