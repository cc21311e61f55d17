import { readConfig, readSecretFiles, StartRefused } from '@faemban/nest-kit';
import { frontDoorConfigSchema } from './config';
import { createFrontDoor } from './front-door';

/** Starts, waits for a signal, and drains; a second signal ends it at once. */
async function main(): Promise<number> {
  const config = readConfig(frontDoorConfigSchema, readSecretFiles(process.env, ['FAEMBAN_SERVICE_TOKEN']));
  const frontDoor = await createFrontDoor(config);
  const signalled = new Promise<void>((resolve) => {
    let count = 0;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        count += 1;
        if (count > 1) process.exit(1);
        resolve();
      });
    }
  });
  await frontDoor.start();
  process.stdout.write(`แฟ้มบ้าน · Faemban ${frontDoor.url}\n`);
  await signalled;
  return (await frontDoor.stop()) === 'abandoned' ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const lines =
      error instanceof StartRefused ? [error.sentence.th, error.sentence.en] : [String((error as Error).stack)];
    for (const line of lines) process.stderr.write(`${line}\n`);
    process.exit(1);
  },
);
