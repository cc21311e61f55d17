import {
  createLogger,
  exitCodeOf,
  exitWith,
  productVersion,
  readConfig,
  readSecretFiles,
  stopOnSignal,
} from '@faemban/nest-kit';
import { startTelemetry } from '@faemban/telemetry';
import { hostname } from 'node:os';
import { frontDoorConfigSchema } from './config';
import { createFrontDoor } from './front-door';

/** Starts, waits for a signal, and drains. */
async function main(): Promise<number> {
  const config = readConfig(frontDoorConfigSchema, readSecretFiles(process.env, ['FAEMBAN_SERVICE_TOKEN']));
  const log = createLogger('front-door', config.logLevel);
  const telemetry = startTelemetry({
    ...{ service: 'front-door', version: productVersion, instance: process.env['HOSTNAME'] ?? hostname() },
    environment: process.env,
    say: ({ level, message, error }) => log[level]({ err: error }, message),
  });
  const frontDoor = await createFrontDoor(config);
  const { stopped } = stopOnSignal(() => frontDoor.stop());
  await frontDoor.start();
  process.stdout.write(`แฟ้มบ้าน · Faemban ${frontDoor.url}\n`);
  const how = await stopped;
  await telemetry.stop();
  return exitCodeOf(how);
}

exitWith(main());
