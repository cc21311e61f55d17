import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Verification } from '@faemban/event-sourcing';

/** Which files a verification reads. */
export interface VerifiedFiles {
  readonly file: string;
  readonly sealsFolder: string;
}

/** Verifies an events file in a thread of its own, while the system goes on. */
export async function verifyInThread(workerData: VerifiedFiles): Promise<Verification> {
  const worker = new Worker(join(__dirname, '../../dist/verification/verify.worker.js'), {
    workerData,
    name: 'verify',
  });
  return new Promise<Verification>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The verification ended by itself (exit code ${code}).`)));
  });
}
