import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/**
 * A shell between us and a server. It holds our end of a pipe: when this process is gone, however it went, the pipe ends, and the shell
 * kills the server and removes its folder. $1 is the folder; the rest is the command. The server's pid goes to descriptor 3.
 */
const guard = `
folder=$1; shift
exec 4<&0
"$@" </dev/null 3>&- 4<&- &
server=$!
echo "$server" >&3
exec 3>&-
(
  cat <&4 >/dev/null
  trap '' TERM
  kill -9 "$server" 2>/dev/null
  while kill -0 "$server" 2>/dev/null; do sleep 0.05; done
  rm -rf "$folder"
) >/dev/null 2>&1 &
watcher=$!
exec 4<&-
wait "$server"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
`;

/** Lines kept of what a server printed, for whoever asks why it does not start. */
const linesKept = 60;

/** A server's process that ends with ours. */
export interface GuardedProcess {
  readonly pid: number;
  readonly isRunning: boolean;
  /** The last lines it printed. */
  readonly printed: string;
  /** Resolves with the first line that matches, also one printed before. @throws Error where the process ends without it or time is up */
  line(pattern: RegExp, timeoutMs: number): Promise<string>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it has ended, without keeping this process. */
  readonly ended: Promise<void>;
  /** Resolves when it has ended. Only whoever waits here keeps this process from ending first. */
  untilEnded(): Promise<void>;
}

/**
 * Starts a server under a guard, so that it cannot outlive this process; `folder` is removed when this process ends before the server.
 * It has a session of its own: a Ctrl-C in the terminal does not reach it before us.
 */
export async function startGuarded(
  folder: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<GuardedProcess> {
  const shell = spawn('/bin/sh', ['-c', guard, 'guard', folder, command, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const [lifeline, output, errors, pids] = shell.stdio as unknown as [Writable, Readable, Readable, Readable];
  lifeline.on('error', () => undefined);
  const printed = new PrintedLines([output, errors]);
  const ended = endOf(shell, lifeline);
  // What waits for nothing else does not keep this process: the server ends with it.
  shell.unref();
  for (const stream of [lifeline, output, errors]) (stream as unknown as { unref(): void }).unref();
  const pid = Number(await firstLineOf(pids));
  if (!(pid > 0)) throw new Error(`${command} did not start: ${printed.text}`);
  let isRunning = true;
  void ended.then(() => (isRunning = false));
  return {
    pid,
    get isRunning() {
      return isRunning;
    },
    get printed() {
      return printed.text;
    },
    line: (pattern, timeoutMs) => printed.line(pattern, timeoutMs, ended),
    ended,
    signal: (signal) => {
      if (isRunning) signalled(pid, signal);
    },
    async untilEnded() {
      shell.ref();
      await ended;
    },
  };
}

/** Sends a signal to a process that may have ended a moment ago, which is heard of later. */
function signalled(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function endOf(shell: ChildProcess, lifeline: Writable): Promise<void> {
  if (shell.exitCode === null && shell.signalCode === null) await once(shell, 'exit');
  lifeline.destroy();
}

async function firstLineOf(stream: Readable): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  return '';
}

class PrintedLines {
  private readonly lines: string[] = [];
  private readonly listeners = new Set<(line: string) => void>();

  constructor(streams: readonly Readable[]) {
    for (const input of streams) {
      createInterface({ input }).on('line', (line) => {
        this.lines.push(line);
        if (this.lines.length > linesKept) this.lines.shift();
        for (const listener of this.listeners) listener(line);
      });
    }
  }

  get text(): string {
    return this.lines.join('\n');
  }

  async line(pattern: RegExp, timeoutMs: number, ended: Promise<void>): Promise<string> {
    const before = this.lines.find((line) => pattern.test(line));
    if (before !== undefined) return before;
    return new Promise<string>((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.listeners.delete(listener);
        settle();
      };
      const listener = (line: string) => {
        if (pattern.test(line)) finish(() => resolve(line));
      };
      const fail = (why: string) => finish(() => reject(new Error(`${why}; printed last:\n${this.text}`)));
      const timer = setTimeout(() => fail(`not ready after ${timeoutMs} ms`), timeoutMs);
      this.listeners.add(listener);
      void ended.then(() => fail('ended before it was ready'));
    });
  }
}
