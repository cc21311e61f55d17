import { parentPort, workerData } from 'node:worker_threads';
import { invariant, LocalRebuildEngine, obeying, RebuildCancelled, type RebuildEngine } from '@faemban/event-sourcing';
import { openSqliteEvents, openSqliteViews } from '@faemban/store-sqlite';
import type { RebuildBeginning, RebuildReply, RebuildRequest } from './messages';
import { readModelsOf } from './read-models-of';

/** A thread that rebuilds: it reads the log through a connection of its own and writes the generation that nobody sees yet. */
async function main(): Promise<void> {
  const port = parentPort;
  invariant(port, 'rebuilds run in worker threads');
  const { context, eventsFile, viewsFile, control } = workerData as RebuildBeginning;
  const events = await openSqliteEvents({ file: eventsFile, clock: Date.now, readonly: true });
  const { views, close } = await openSqliteViews({ file: viewsFile });
  const engine = new LocalRebuildEngine({
    log: events.log,
    store: views,
    clock: Date.now,
    readModels: readModelsOf(context),
  });
  const reply = (message: RebuildReply) => port.postMessage(message);
  const held = obeying(control);

  const work = async (
    request: RebuildRequest,
  ): Promise<Awaited<ReturnType<RebuildEngine['compare' | 'switch']>> | null> => {
    switch (request.ask) {
      case 'fill':
        await engine.fillPartition(request.job, request.partition, held, (progress) => {
          if ('events' in progress) reply(progress);
        });
        return null;
      case 'compare':
        return engine.compare(request.job, held);
      case 'switch':
        return engine.switch(request.job);
      case 'drop':
        await engine.drop(request.view, request.generation);
        return null;
      case 'close':
        await close();
        await events.close();
        return null;
    }
  };

  port.on('message', (request: RebuildRequest) => {
    work(request).then(
      (done) => {
        reply({ done });
        if (request.ask === 'close') port.close();
      },
      (error: unknown) =>
        reply({
          failed: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
          isCancelled: error instanceof RebuildCancelled,
        }),
    );
  });
}

void main();
