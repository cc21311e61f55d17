import { exitCodeOf, exitWith, readConfig, readSecretFiles, stopOnSignal } from '@faemban/nest-kit';
import { frontDoorConfigSchema } from './config';
import { createFrontDoor } from './front-door';

/** Starts, waits for a signal, and drains. */
async function main(): Promise<number> {
  const config = readConfig(frontDoorConfigSchema, readSecretFiles(process.env, ['FAEMBAN_SERVICE_TOKEN']));
  const frontDoor = await createFrontDoor(config);
  const { stopped } = stopOnSignal(() => frontDoor.stop());
  await frontDoor.start();
  process.stdout.write(`แฟ้มบ้าน · Faemban ${frontDoor.url}\n`);
  return exitCodeOf(await stopped);
}

exitWith(main());
