import { parentPort, workerData } from 'node:worker_threads';
import {
  createViewRunner,
  invariant,
  type ReplayOutcome,
  type Runner,
  type RunnerIncident,
} from '@faemban/event-sourcing';
import { reportingReadModels } from '@faemban/reporting';
import { openSqliteEvents, openSqliteViews } from '@faemban/store-sqlite';
import type { Reply, Request, ThreadBeginning } from './messages';

/** How often the runners' standing is told without being asked. Milliseconds. */
const tellEveryMs = 250;

/**
 * The thread that keeps reporting's read models: it reads the log through a read-only connection, folds, and writes reporting's own
 * file, so that an import and the routes do not wait for it. It is the only writer of that file.
 */
async function main(): Promise<void> {
  const port = parentPort;
  invariant(port, 'the read models run in a worker thread');
  const { eventsFile, viewsFile } = workerData as ThreadBeginning;
  const events = await openSqliteEvents({ file: eventsFile, clock: Date.now, readonly: true });
  const { views, close } = await openSqliteViews({ file: viewsFile });
  const reply = (message: Reply) => port.postMessage(message);
  const report = ({ runner, what, message }: RunnerIncident) => reply({ incident: { runner, what, message } });
  const runners = new Map<string, Runner>();
  const common = { log: events.log, store: views, clock: Date.now, report };
  for (const tally of reportingReadModels.tallies) runners.set(tally.name, createViewRunner({ tally, ...common }));
  for (const view of reportingReadModels.views) runners.set(view.name, createViewRunner({ view, ...common }));

  const statuses = () => [...runners.values()].map((runner) => runner.status());
  const telling = setInterval(() => reply({ statuses: statuses() }), tellEveryMs);

  const obey = async (request: Exclude<Request, { ask: 'wake' }>): Promise<ReplayOutcome | undefined> => {
    if (request.ask === 'close') {
      clearInterval(telling);
      await close();
      await events.close();
      return undefined;
    }
    const runner = runners.get(request.runner);
    invariant(runner, `there is a read model ${request.runner}`);
    if (request.ask === 'replay') return runner.replay(request.replay);
    if (request.ask === 'start') await runner.start();
    else if (request.ask === 'settle') await runner.settled();
    else await runner.stop();
    return undefined;
  };

  port.on('message', (request: Request) => {
    if (request.ask === 'wake') {
      events.poke();
      return;
    }
    obey(request).then(
      (outcome) => {
        reply({ done: request.id, ...(outcome === undefined ? {} : { outcome }), statuses: statuses() });
        if (request.ask === 'close') port.close();
      },
      (error: unknown) =>
        reply({
          done: request.id,
          failed: error instanceof Error ? error.message : String(error),
          statuses: statuses(),
        }),
    );
  });
}

void main();
