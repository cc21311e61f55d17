import 'reflect-metadata';
import { exitCodeOf, exitWith, logWarnings, stopOnSignal, type Stopped } from '@faemban/nest-kit';
import type { ServiceDefinition } from './definition';
import { startService } from './start-service';

/**
 * A service's `main`: runs it until a signal ends it, in order; a second signal ends it at once. Sets how the process exits.
 * @param environment of the process, `process.env`
 */
export function runService(definition: ServiceDefinition, environment: NodeJS.ProcessEnv): void {
  exitWith(runUntilStopped(definition, environment).then(exitCodeOf));
}

async function runUntilStopped(definition: ServiceDefinition, environment: NodeJS.ProcessEnv): Promise<Stopped> {
  const say = (line: string): void => void process.stdout.write(`${definition.context}: ${line}\n`);
  const service = await startService(definition, environment);
  logWarnings(service.log);
  const { stopped, isAsked } = stopOnSignal(() => service.stop());
  say(`${service.url}/health/ready says what it waits for`);
  try {
    await service.serving;
    say(`serving at ${service.url}`);
  } catch (error) {
    // Whoever stops it while it starts is told how the stop went, not what the stop broke off.
    if (!isAsked()) throw error;
  }
  const how = await stopped;
  say(how === 'abandoned' ? 'stopped before all work was done' : 'stopped');
  return how;
}
