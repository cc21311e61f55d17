import 'reflect-metadata';
import type { Sentence } from '@faemban/event-sourcing';
import type { Stopped } from '@faemban/nest-kit';
import type { ServiceDefinition } from './definition';
import { startService, type RunningService } from './start-service';

const exitInterrupted = 130;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * A service's `main`: runs it until a signal ends it, in order; a second signal ends it at once. Sets how the process exits.
 * @param environment of the process, `process.env`
 */
export function runService(definition: ServiceDefinition, environment: NodeJS.ProcessEnv): void {
  work(definition, environment).then(
    (stopped) => {
      say(`${definition.context}: ${stopped === 'abandoned' ? 'stopped before all work was done' : 'stopped'}`);
      process.exit(stopped === 'abandoned' ? 1 : 0);
    },
    (error: unknown) => {
      for (const line of refusalLines(error)) process.stderr.write(`${line}\n`);
      process.exit(1);
    },
  );
}

async function work(definition: ServiceDefinition, environment: NodeJS.ProcessEnv): Promise<Stopped> {
  const service = await startService(definition, environment);
  const stopped = stopOnSignal(service);
  say(`${definition.context}: ${service.url}/health/ready says what it waits for`);
  const failed = service.serving.then(
    () => {
      say(`${definition.context}: serving at ${service.url}`);
      return stopped.promise;
    },
    (error: unknown) => (stopped.isAsked() ? stopped.promise : Promise.reject(error as Error)),
  );
  return failed;
}

function stopOnSignal(service: RunningService): { readonly promise: Promise<Stopped>; isAsked(): boolean } {
  const stopped = Promise.withResolvers<Stopped>();
  let isAsked = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (isAsked) process.exit(exitInterrupted);
      isAsked = true;
      service.stop().then(stopped.resolve, stopped.reject);
    });
  }
  return { promise: stopped.promise, isAsked: () => isAsked };
}

/** Why it does not run, for people; the whole error only where it is a fault. */
function refusalLines(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)];
  const sentence = (error as { sentence?: Partial<Sentence> }).sentence;
  return sentence?.th && sentence.en ? [sentence.th, sentence.en] : [error.stack ?? error.message];
}
