import type { Sentence } from '@faemban/event-sourcing';
import type { Stopped } from '../http/closing';

/** The exit code of a process that a second signal ended, as shells give it. */
const exitInterrupted = 130;

/** Signals so close together, in milliseconds, are one: sent to a group of processes, it comes from the parent once more. */
const sameSignalMs = 1_000;

/** A stop that a signal asked for. */
export interface AskedStop {
  /** How it went; pending until a signal comes. */
  readonly stopped: Promise<Stopped>;
  isAsked(): boolean;
}

/** The first signal (SIGINT, SIGTERM) stops in order; another one, a second later or more, ends the process at once. */
export function stopOnSignal(stop: () => Promise<Stopped>): AskedStop {
  const stopped = Promise.withResolvers<Stopped>();
  let askedAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const now = performance.now();
      if (askedAt !== undefined) {
        if (now - askedAt >= sameSignalMs) process.exit(exitInterrupted);
        return;
      }
      askedAt = now;
      stop().then(stopped.resolve, stopped.reject);
    });
  }
  return { stopped: stopped.promise, isAsked: () => askedAt !== undefined };
}

/** 1 where something was still at work, which the next start repeats; 0 otherwise. */
export function exitCodeOf(stopped: Stopped): number {
  return stopped === 'abandoned' ? 1 : 0;
}

/** Why a process does not run, for people; the whole error only where it is a fault. */
export function refusalLines(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)];
  const sentence = (error as { sentence?: Partial<Sentence> }).sentence;
  return sentence?.th && sentence.en ? [sentence.th, sentence.en] : [error.stack ?? error.message];
}

/** {@link refusalLines} of a command: where it was called with options that it does not have, what it is and how it is called. */
export const refusalLinesWith =
  (usage: string) =>
  (error: unknown): readonly string[] => {
    const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
    return String(code).startsWith('ERR_PARSE_ARGS') ? [String(message), '', usage] : refusalLines(error);
  };

/**
 * Ends the process with what its `main` answers, or with 1 and the reason on standard error. Nothing is waited for then, whatever a library
 * still keeps open.
 */
export function exitWith(main: Promise<number>, linesOf: (error: unknown) => readonly string[] = refusalLines): void {
  main.then(
    (code) => process.exit(code),
    (error: unknown) => {
      for (const line of linesOf(error)) process.stderr.write(`${line}\n`);
      process.exit(1);
    },
  );
}
