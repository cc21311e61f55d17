import { parentPort, workerData } from 'node:worker_threads';
import { verifyEventsFile } from '@faemban/store-sqlite';
import type { VerifiedFiles } from './verify-in-thread';

parentPort?.postMessage(verifyEventsFile(workerData as VerifiedFiles));
