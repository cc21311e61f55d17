import type { Command } from 'commander';
import { Client } from './client';
import { Output } from './output';
import { Progress } from './progress';

/** What a command works with: the server, standard output, and a progress bar. */
export interface Session {
  readonly client: Client;
  readonly output: Output;
  readonly progress: Progress;
}

/** Reads the options that all commands share. */
export function sessionOf(command: Command): Session {
  const { url, json, as: operator } = command.optsWithGlobals<{ url: string; json?: boolean; as?: string }>();
  return {
    client: new Client(operator ? { url, operator } : { url }),
    output: new Output(json === true),
    progress: new Progress(json !== true && process.stderr.isTTY),
  };
}
