import type { CommandContext } from '../../events';
import { CheckpointFenced, LogBehind, WrongExpectedVersion } from '../../errors';
import { createPartitionConsumer } from '../../consuming/partition-consumer';
import { createIds, deterministicId } from '../../ids';
import { commandDigest } from '../../integrity/command-digest';
import { partitionOfKey } from '../../partitions';
import type { Append } from '../../ports';
import { commitAppend } from '../../sequencing/commit-append';
import type { SegmentStore } from '../../sequencing/segments';
import { ClocksApart, takePartition } from '../../sequencing/sequencer';
import { createFolder } from '../../views/fold-batch';
import { commandContext } from '../command-context';
import { createMemoryViews } from '../memory-views';
import { checkWorld, noteSums } from './check-world';
import { Scheduler, type Fate, type Process, type SimulatedProcess } from './scheduler';
import { SimulatedConnection } from './simulated-connection';
import { SimulatedDatabase } from './simulated-database';
import { SimulatedTopic } from './simulated-topic';
import { SimulatedViews } from './simulated-views';

const context = 'case-management';
const partitionCount = 2;
const sequencers = 2;
const publishers = 2;
const viewConsumers = 2;
/** A majority has a new primary's first write within so long, in milliseconds. */
const settleMsMax = 100;

/** What a simulation is told. All counts are of one run. */
export interface SimulationOptions {
  readonly seed: number;
  readonly clients?: number;
  readonly commandsPerClient?: number;
  readonly households?: number;
  /** Of how many steps one fails, about; 0 for none. */
  readonly oneFaultIn?: number;
  /** Decides each step's fate instead of chance. */
  readonly fateOf?: (step: { readonly index: number; readonly what: string }) => Fate;
  /** What sequencers are given in place of the database's own: to try what a rule is good for. */
  readonly segmentsSeenBy?: (store: SegmentStore) => SegmentStore;
  /** The next primary takes over within so long, in milliseconds; from 20 to 320 by the seed unless told otherwise. */
  readonly failoverMsMax?: number;
  /** Whose reads may be older than what they were answered before: to try what it is good for that nobody's are. */
  readonly forgetful?: 'sequencers' | 'views';
  /** Steps after which a run that is not over counts as stuck. */
  readonly stepsMax?: number;
}

/** What a simulation came to; no `violations` is what was promised. */
export interface SimulationResult {
  readonly seed: number;
  readonly steps: number;
  readonly crashes: number;
  readonly acknowledged: number;
  readonly events: number;
  readonly violations: readonly string[];
}

/**
 * Runs commands, sequencing, publishing and a view to their end in simulated time, while the seed decides who goes next, who dies at which
 * step, which answers are lost, what is delivered twice, late or not at all, whose clock is wrong, how slow the disks are, and when
 * another primary of the database takes over. Two of everything work at once. Then the promises are checked: nothing lost, doubled, reordered or stuck.
 */
export async function simulation(options: SimulationOptions): Promise<SimulationResult> {
  const { seed, clients = 3, commandsPerClient = 5, households = 4, oneFaultIn = 25, stepsMax = 60_000 } = options;
  // Often, now and then, seldom.
  const { failoverMsMax = 20 * 4 ** (seed % 3) } = options;
  let slowUntil = 0;
  const scheduler: Scheduler = new Scheduler({
    seed,
    fateOf: options.fateOf ?? (() => chanceOf(scheduler, oneFaultIn)),
    stepMs(random) {
      // A slow disk: for a while, everything takes a hundred times as long for whoever meets it.
      if (random(400) === 0) slowUntil = scheduler.now + 2_000;
      return 1 + random(scheduler.now < slowUntil && random(3) === 0 ? 500 : 5);
    },
  });
  const { random } = scheduler;
  const database = new SimulatedDatabase(context, partitionCount, random, () => scheduler.now);
  const topics = Array.from({ length: partitionCount }, () => new SimulatedTopic(random));
  const published = new Array<number>(partitionCount).fill(0);
  const acknowledged: Acknowledged[] = [];
  const views = await createMemoryViews().open(createFolder(noteSums).shape);
  const viewRows = new SimulatedViews(database, views);
  const all: SimulatedProcess[] = [];
  const spawn = (name: string, start: (process: Process) => Promise<void>) => all.push(scheduler.spawn(name, start));

  for (let client = 0; client < clients; client += 1) {
    const commands = Array.from({ length: commandsPerClient }, (_, at) =>
      commandOf(seed, client, at, random, households),
    );
    let next = 0;
    const send = async (process: Process) => {
      while (next < commands.length) {
        const command = commands[next] as Command;
        await sendCommand(process, database, command);
        acknowledged.push(command);
        next += 1;
      }
    };
    spawn(`client ${client}`, send);
    // The same commands sent a second time, whenever: a user who clicks twice, a gateway that repeats.
    if (client === 0) spawn('repeating client', async (process) => repeatAll(process, database, commands));
  }
  for (let one = 0; one < sequencers; one += 1) {
    for (let partition = 0; partition < partitionCount; partition += 1) {
      spawn(`sequencer ${one}/${partition}`, (process) => {
        const connection = new SimulatedConnection(database, options.forgetful !== 'sequencers');
        const store = process.gated('segments', connection.segmentStore);
        return sequence(process, options.segmentsSeenBy?.(store) ?? store, partition);
      });
    }
  }
  for (let one = 0; one < publishers; one += 1) {
    for (const [partition, topic] of topics.entries()) {
      spawn(`publisher ${one}/${partition}`, (process) => publish(process, database, topic, published, partition));
    }
  }
  for (let one = 0; one < viewConsumers; one += 1) {
    for (const [partition, topic] of topics.entries()) {
      spawn(`view ${one}/${partition}`, (process) => {
        const connection = new SimulatedConnection(database, options.forgetful !== 'views');
        return keepView(process, connection, topic, viewRows, partition);
      });
    }
  }
  spawn('time', async (process) => {
    for (;;) {
      await process.sleep(300 + random(1_000));
      const unlucky = all[random(all.length)];
      if (unlucky !== undefined) unlucky.skewMs = scheduler.isFaulty ? (random(5) - 2) * 3_000 : 0;
    }
  });

  spawn('replica set', async (process) => {
    while (oneFaultIn > 0) {
      await process.sleep(random(failoverMsMax));
      if (!scheduler.isFaulty) return;
      database.failover();
      await process.sleep(random(settleMsMax));
      database.settle();
    }
  });

  const isSaid = () => acknowledged.length === clients * commandsPerClient;
  const wasSaid = await scheduler.run(isSaid, stepsMax);
  scheduler.isFaulty = false;
  for (const process of all) process.skewMs = 0;
  const isShown = async () => {
    const vector = await views.checkpoint();
    return topics.every((_, partition) => {
      return (vector[`${context}/${partition}`] ?? 0) === (database.segments[partition]?.at(-1)?.lastSeq ?? 0);
    });
  };
  let wasShown = false;
  for (let left = stepsMax; left > 0 && !wasShown && scheduler.brokenBy.length === 0; left -= 100) {
    await scheduler.run(() => false, 100);
    wasShown = database.isSequenced && (await isShown());
  }
  const stuck =
    wasSaid && wasShown
      ? []
      : [
          `stuck: ${wasSaid ? '' : 'not every command was answered; '}the view ${wasShown ? 'got' : 'did not get'} to the end`,
        ];
  return {
    seed,
    steps: scheduler.steps,
    crashes: scheduler.crashes,
    acknowledged: acknowledged.length,
    events: [...database.commits.values()].reduce((sum, { events }) => sum + events.length, 0),
    violations: [...scheduler.brokenBy, ...stuck, ...(await checkWorld(database, acknowledged, views))],
  };
}

/** A command that was answered to whoever gave it. */
export type Acknowledged = Command;

interface Command {
  readonly commandId: string;
  readonly householdId: string;
  readonly values: readonly number[];
}

function chanceOf(scheduler: Scheduler, oneFaultIn: number): Fate {
  if (oneFaultIn === 0 || scheduler.random(oneFaultIn) > 0) return 'happens';
  const fates: readonly Fate[] = ['dies-before', 'dies-after', 'answer-lost', 'refused'];
  return fates[scheduler.random(fates.length)] ?? 'happens';
}

function commandOf(
  seed: number,
  client: number,
  at: number,
  random: (below: number) => number,
  households: number,
): Command {
  const householdId = deterministicId('simulated household', seed, random(households));
  const values = Array.from({ length: 1 + random(3) }, () => random(100));
  return { commandId: deterministicId('simulated command', seed, client, at), householdId, values };
}

/** Loads, decides, appends, and does it again when somebody was faster: what a command handler does. */
async function sendCommand(process: Process, database: SimulatedDatabase, command: Command): Promise<void> {
  const store = process.gated('commits', new SimulatedConnection(database).commitStore);
  const ids = createIds({ clock: () => process.clock() });
  const stream = `household-${command.householdId}`;
  for (;;) {
    const last = await store.last(stream);
    try {
      const append: Append = {
        stream,
        partitionOf: command.householdId,
        expectedVersion: last?.lastVersion ?? 'none',
        events: command.values.map((value) => ({
          type: 'NoteTaken',
          data: { householdId: command.householdId, value },
        })),
        commandDigest: commandDigest({ values: command.values }),
        context: commandContext({ commandId: command.commandId }) satisfies CommandContext,
      };
      await commitAppend(store, append, { context, partitionCount, ids });
      return;
    } catch (error) {
      if (!(error instanceof WrongExpectedVersion)) throw asUnanswered(error, process);
    }
  }
}

async function repeatAll(process: Process, database: SimulatedDatabase, commands: readonly Command[]): Promise<void> {
  for (const command of commands) await sendCommand(process, database, command);
}

/** An outcome that stays unknown ends the process; whoever gave the command gives it again. */
function asUnanswered(error: unknown, process: Process): unknown {
  const isUnknown = error instanceof Error && error.name === 'OutcomeUnknown';
  return isUnknown && error.cause !== undefined
    ? error.cause
    : isUnknown
      ? new Error(`${process.name}: ${error.message}`)
      : error;
}

async function sequence(process: Process, store: SegmentStore, partition: number): Promise<void> {
  for (;;) {
    const sequencer = await takePartition(store, partition, { clock: () => process.clock(), commitsMax: 4 });
    for (let outcome = ''; outcome !== 'overtaken';) {
      try {
        outcome = await sequencer.pass();
      } catch (error) {
        if (!(error instanceof ClocksApart)) throw error;
        outcome = 'idle';
      }
      if (outcome === 'idle') await process.sleep(20);
    }
    // Whoever was overtaken looks again later: the other one may have died.
    await process.sleep(400);
  }
}

async function publish(
  process: Process,
  database: SimulatedDatabase,
  topic: SimulatedTopic,
  published: number[],
  partition: number,
): Promise<void> {
  const producer = process.gated('topic', topic.producer);
  const progress = process.gated('progress', {
    read: async () => published[partition] ?? 0,
    advance: async (to: number) => {
      published[partition] = Math.max(published[partition] ?? 0, to);
    },
  });
  for (;;) {
    const sent = await progress.read();
    const segment = database.segments[partition]?.[sent];
    if (segment === undefined) {
      await process.sleep(20);
    } else {
      await producer.send(database.eventsIn(segment));
      await progress.advance(sent + 1);
    }
  }
}

async function keepView(
  process: Process,
  connection: SimulatedConnection,
  topic: SimulatedTopic,
  views: SimulatedViews,
  partition: number,
): Promise<void> {
  const folder = createFolder(noteSums, {
    isOwn: (id, event) => partitionOfKey(id, partitionCount) === event.partition,
  });
  const handle = process.gated('view', connection.viewOf(views));
  const poll = process.gated('topic', topic.poll);
  const log = process.gated('log', connection.log);
  for (;;) {
    try {
      const epoch = await handle.take(partition);
      const vector = await handle.checkpoint();
      const consumer = await createPartitionConsumer({
        context,
        partition,
        log,
        afterSeq: vector[`${context}/${partition}`] ?? 0,
        async take(events) {
          const identified = folder.identify(events);
          const stored = await handle.slices(identified.map(({ id }) => id));
          const parkedAt = new Date(process.clock()).toISOString();
          const folded = folder.fold({ context, identified, stored, parkedIds: new Set(), parkedAt });
          const [fromSeq, toSeq] = [events[0]?.seq ?? 0, events.at(-1)?.seq ?? 0];
          await handle.apply({ context, partition, fromSeq, toSeq, epoch, ...folded });
        },
      });
      for (let offset = 0, polls = 0; ; polls += 1) {
        const { events, next } = await poll.from(offset);
        await consumer.receive(events);
        if (next === offset) await process.sleep(30);
        offset = next;
        if (polls % 5 === 4) await consumer.catchUp();
      }
    } catch (error) {
      // Overtaken, or the owner's database has another primary: begun again.
      if (!(error instanceof CheckpointFenced || error instanceof LogBehind)) throw error;
      await process.sleep(200);
    }
  }
}
